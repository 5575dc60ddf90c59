import { z } from 'zod';

/*
 * What can be made to go wrong on demand, so that a test sees what its program does then. A rule says whom
 * it strikes (what it leaves out matches everything) and how.
 */

/** Services that faults can strike; `signin` is the federation endpoint of the console. */
const FAULT_SERVICES = ['sts', 'iam', 'ec2', 's3', 'organizations', 'signin'] as const;

const FAULT_KINDS = [
  /** The service's own answer to too many calls. */
  'throttle',
  /** `delayMs`, and then the answer as usual. */
  'latency',
  /** No answer, ever. */
  'hang',
  /** The connection is reset. */
  'reset',
  'internal-error',
  'unavailable',
  /** A proxy's page where an answer of AWS's should be. */
  'garbage',
  /** Nobody is there: the connection ends without a byte. */
  'region-down',
] as const;

const MAX_RULES = 100;
const MAX_DELAY_MS = 60_000;

const faultRule = z
  .strictObject({
    service: z.enum(FAULT_SERVICES).optional(),
    action: z
      .string()
      .regex(/^[A-Za-z0-9]{1,128}$/, 'must be the name of an action')
      .optional(),
    region: z
      .string()
      .regex(/^[a-z0-9-]{1,32}$/, 'must be the name of a region')
      .optional(),
    /** Of the caller, or of the role that is asked for. */
    accountId: z
      .string()
      .regex(/^\d{12}$/, 'must have twelve digits')
      .optional(),
    fault: z.enum(FAULT_KINDS),
    /** Before the fault. */
    delayMs: z.int().min(0).max(MAX_DELAY_MS).optional(),
    /** After so many strikes the rule is gone; without, it stays. */
    times: z.int().min(1).max(1_000_000).optional(),
  })
  .refine(({ fault, delayMs = 0 }) => fault !== 'latency' || delayMs > 0, {
    message: 'latency needs delayMs',
    path: ['delayMs'],
  })
  .refine(({ fault, region }) => fault !== 'region-down' || region !== undefined, {
    message: 'region-down needs the region',
    path: ['region'],
  });

export const faultRules = z.array(faultRule).max(MAX_RULES);

export type FaultRule = Readonly<z.infer<typeof faultRule>>;
