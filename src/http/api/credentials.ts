/** A role's credentials, in the form that `Accept` names, and the console's address for them. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { IssueCredentials } from '../../broker/issue-credentials.ts';
import { BrokerError, type ErrorCode } from '../../core/errors.ts';
import type { Delivery } from '../../core/ports/delivery.ts';
import { wishOf } from '../access-fields.ts';
import { readJson } from '../middleware/bodies.ts';
import type { Operation, Parameter } from '../operation.ts';
import { contextOf } from '../request-context.ts';
import { callerOf } from './caller.ts';
import { pathParameter, read } from './json-operation.ts';

/** A text form of credentials, by media type. */
interface TextDelivery {
  readonly mediaType: string;
  readonly delivery: Delivery<string>;
}

export interface CredentialOperations {
  readonly issueCredentials: IssueCredentials;
  readonly console: Delivery<URL>;
  /** The first is what a client without a wish gets. */
  readonly texts: readonly TextDelivery[];
}

const wishSchema = z.strictObject({
  durationSeconds: z.int().optional().describe('The mapping’s default, where absent.'),
  mapping: z.string().max(63).optional().describe('One of several mappings that give you the role.'),
  // Looked into by the decision alone: what it says here is passed on as it came, up to its last member.
  sessionPolicy: z.custom<object>(isObject).optional().meta({
    type: 'object',
    description: 'An IAM policy document; it can only narrow what the role allows.',
  }),
  mfaCode: z.string().optional().describe('For roles that need their IAM user’s: six digits.'),
});

const credentialsSchema = z.strictObject({
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  sessionToken: z.string(),
  expiresAt: z.iso.datetime(),
});

const processSchema = z.strictObject({
  Version: z.literal(1),
  AccessKeyId: z.string(),
  SecretAccessKey: z.string(),
  SessionToken: z.string(),
  Expiration: z.iso.datetime(),
});

const SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  'application/json': credentialsSchema,
  'application/vnd.daypass.credential-process+json': processSchema,
};

/** What the pipeline may refuse, and what AWS may answer. */
const ISSUE_ERRORS: readonly ErrorCode[] = [
  'role.not_found',
  'role.reserved_for_service',
  'role.for_people',
  'role.no_id_token',
  'token.role',
  'mapping.not_found',
  'duration',
  'session_policy.malformed',
  'session_policy.not_narrowing',
  'session_policy.unsupported',
  'session_policy.required',
  'session_tag.missing',
  'mfa.required',
  'mfa.invalid',
  'sign_in.again',
  'sign_in.stronger',
  'session.ended',
  'sts.throttled',
  'sts.timeout',
  'sts.unavailable',
  'sts.bad_response',
  'sts.refused',
  'broker.credentials',
];

const role: Parameter = {
  name: 'role',
  in: 'path',
  description: 'The id of one of your roles.',
  schema: z.string(),
};

export function credentialOperations(parts: CredentialOperations): Operation[] {
  const body = { mediaType: 'application/json', schema: wishSchema, example: { durationSeconds: 3_600 } };
  const common = { method: 'post', access: 'caller', parameters: [role], body } as const;
  return [
    {
      ...common,
      id: 'issueCredentials',
      path: '/api/v1/roles/{role}/credentials',
      summary: 'Credentials of a role',
      description: 'In the form that Accept names. Each request gives new ones; retrying one is safe.',
      answer: {
        status: 200,
        description: 'The credentials, once their record is kept.',
        contents: parts.texts.map(({ mediaType }) => ({
          mediaType,
          schema: SCHEMAS[mediaType] ?? z.string(),
        })),
      },
      errors: ISSUE_ERRORS,
      handlers: [readJson(), (request, response) => handOut(parts, request, response)],
    },
    {
      ...common,
      id: 'openConsole',
      path: '/api/v1/roles/{role}/console-url',
      summary: 'An address that signs a browser in to the AWS console',
      description: 'It works for minutes, for whoever has it.',
      answer: {
        status: 200,
        description: 'The address.',
        contents: [{ mediaType: 'application/json', schema: z.strictObject({ url: z.string() }) }],
      },
      errors: [...ISSUE_ERRORS, 'console.unsupported', 'console.destination', 'federation.unavailable'],
      handlers: [
        readJson(),
        async (request, response) => {
          const url = await issue(parts, parts.console, request, response);
          response.json({ url: url.href });
        },
      ],
    },
  ];
}

async function handOut(parts: CredentialOperations, request: Request, response: Response): Promise<void> {
  const text = textFor(request, parts.texts);
  const body = await issue(parts, text.delivery, request, response);
  // Not `send`: nothing of what it works out (length, charset, freshness) is asked for here.
  response.setHeader('Content-Type', `${text.mediaType}; charset=utf-8`);
  response.end(body);
}

function issue<Delivered>(
  { issueCredentials }: CredentialOperations,
  delivery: Delivery<Delivered>,
  request: Request,
  response: Response,
): Promise<Delivered> {
  const { principal, userIdToken } = callerOf(response);
  const { sessionPolicy, ...fields } = readWish(request.body ?? {});
  const wish = wishOf(
    pathParameter(request, 'role'),
    { ...fields, sessionPolicy: sessionPolicy && textOf(sessionPolicy) },
    userIdToken,
  );
  return issueCredentials({ principal, ...wish, delivery, origin: contextOf(response).origin });
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** JSON that can be read may be nested too deep to be written; no policy is. */
function textOf(policy: object): string {
  try {
    return JSON.stringify(policy);
  } catch {
    throw new BrokerError('session_policy.malformed', { detail: 'nested too deep' });
  }
}

/** As the decision refuses them, so that a program knows one code for each field. */
function readWish(body: unknown): z.infer<typeof wishSchema> {
  const field = wishSchema.safeParse(body).error?.issues[0]?.path[0];
  if (field === 'durationSeconds') {
    throw new BrokerError('duration', {
      hint: 'Give durationSeconds as a whole number of seconds, such as 3600.',
    });
  }
  if (field === 'sessionPolicy') throw new BrokerError('session_policy.malformed');
  return read(wishSchema, body);
}

function textFor(request: Request, texts: readonly TextDelivery[]): TextDelivery {
  const wanted = request.accepts(texts.map(({ mediaType }) => mediaType));
  const text = texts.find(({ mediaType }) => mediaType === wanted);
  if (text === undefined) {
    const offered = texts.map(({ mediaType }) => mediaType).join(', ');
    throw new BrokerError('request.malformed', { hint: `Accept one of: ${offered}.` });
  }
  return text;
}
