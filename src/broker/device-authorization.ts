/** RFC 8628: a client shows a code, and a person who is signed in says yes or no to it in a browser. */
import { randomInt } from 'node:crypto';
import type { AuditEvent, Origin } from '../core/audit-event.ts';
import { BrokerError } from '../core/errors.ts';
import type { Clock } from '../core/ports/clock.ts';
import type {
  AuthorizationRequest,
  AuthorizationRequestStore,
} from '../core/ports/authorization-requests.ts';
import { principalId } from '../core/principal.ts';
import { randomToken, sha256Hex } from '../lib/hash.ts';
import type { ClientLimits } from './client-limits.ts';
import { clientFacts, type KnownClient } from './client-registrations.ts';
import { after, type SignedIn } from './sign-in-session.ts';

export const DEVICE_CODE_SECONDS = 600;
/** How often a client is told to ask. */
export const POLL_SECONDS = 2;
/** No vowels, so that no words come of it, and no digits that look like letters (RFC 8628 section 6.1). */
const ALPHABET = 'BCDFGHJKLMNPQRSTVWXZ';
const USER_CODE = new RegExp(`^[${ALPHABET}]{4}-[${ALPHABET}]{4}$`);

export interface StartedDevice {
  readonly deviceCode: string;
  /** `ABCD-EFGH` */
  readonly userCode: string;
}

/** A client that waits, as the person who is asked sees it. */
export interface WaitingClient {
  readonly userCode: string;
  readonly clientName: string;
  readonly sourceIp?: string;
  readonly userAgent?: string;
  readonly askedAt: Date;
}

export interface DeviceAuthorization {
  /** @throws BrokerError `client.unauthorized`, `request.too_many` */
  start(client: KnownClient, origin: Origin): Promise<StartedDevice>;
  /** @returns undefined where no client waits with this code. @throws BrokerError `request.too_many` */
  find(userCode: string, signedIn: SignedIn, origin: Origin): Promise<WaitingClient | undefined>;
  /** @throws BrokerError `code.spent`, `request.too_many` */
  decide(
    answer: { readonly userCode: string; readonly approved: boolean },
    signedIn: SignedIn,
    origin: Origin,
  ): Promise<WaitingClient>;
}

export interface DeviceAuthorizationDependencies {
  readonly authorizationRequests: AuthorizationRequestStore;
  readonly clientLimits: ClientLimits;
  readonly clock: Clock;
  readonly deviceCodes: boolean;
}

export function createDeviceAuthorization(
  dependencies: DeviceAuthorizationDependencies,
): DeviceAuthorization {
  const { authorizationRequests, clientLimits, clock, deviceCodes } = dependencies;

  async function pending(
    userCode: string,
    { principal }: SignedIn,
    { sourceIp }: Origin,
  ): Promise<AuthorizationRequest | undefined> {
    // What no code looks like tells its sender nothing, and counts for nothing.
    if (!USER_CODE.test(userCode)) return undefined;
    const person = principalId(principal);
    clientLimits.admitUserCode(sourceIp, person);
    const found = await authorizationRequests.findByUserCode(userCode, clock.now());
    if (found?.kind === 'identity-center-device' && found.state === 'pending') return found;
    await clientLimits.userCodeFailed(sourceIp, person);
    return undefined;
  }

  return {
    async start(client, origin) {
      if (!deviceCodes) throw new BrokerError('client.unauthorized', { hint: NO_DEVICE_CODES });
      await clientLimits.startClient(origin.sourceIp);
      const now = clock.now();
      const event = requested(client, origin, now);
      for (;;) {
        const started = newCodes(now);
        const request = requestOf(started, { client, origin, now });
        // False where somebody else waits with the same user code.
        if (await authorizationRequests.create(request, event)) return started;
      }
    },

    async find(typed, signedIn, origin) {
      const userCode = userCodeOf(typed);
      const found = await pending(userCode, signedIn, origin);
      return found === undefined ? undefined : waitingClient(found, userCode);
    },

    async decide({ userCode: typed, approved }, signedIn, origin) {
      const userCode = userCodeOf(typed);
      const found = await pending(userCode, signedIn, origin);
      if (found === undefined) throw new BrokerError('code.spent');
      const event: AuditEvent = {
        name: approved ? 'client.approved' : 'client.denied',
        at: clock.now(),
        principal: principalId(signedIn.principal),
        origin,
        detail: {
          kind: 'device-code',
          client: found.facts['clientName'] ?? null,
          requestedFrom: found.facts['sourceIp'] ?? null,
        },
      };
      const state = approved ? 'approved' : 'denied';
      const decision = { state, sessionIdHash: signedIn.session.idHash } as const;
      if (!(await authorizationRequests.decide(found.idHash, decision, event)))
        throw new BrokerError('code.spent');
      return waitingClient(found, userCode);
    },
  };
}

const NO_DEVICE_CODES =
  'Sign-ins by a device code are turned off here. Use “aws sso login” without --use-device-code.';

/** The code itself says when it ends, so that a client learns that it came too late when nothing is left of it. */
function newCodes(now: Date): StartedDevice {
  const endsAt = after(now, DEVICE_CODE_SECONDS).getTime();
  const letters = Array.from({ length: 8 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return { deviceCode: `${randomToken()}.${endsAt.toString(36)}`, userCode: userCodeOf(letters) };
}

export function hasEnded(deviceCode: string, now: Date): boolean {
  const [, endsAt] = /^[A-Za-z0-9_-]{43}\.([0-9a-z]{8,9})$/.exec(deviceCode) ?? [];
  return endsAt !== undefined && Number.parseInt(endsAt, 36) <= now.getTime();
}

interface Start {
  readonly client: KnownClient;
  readonly origin: Origin;
  readonly now: Date;
}

function requestOf(
  { deviceCode, userCode }: StartedDevice,
  { client, origin, now }: Start,
): AuthorizationRequest {
  return {
    idHash: sha256Hex(deviceCode),
    kind: 'identity-center-device',
    userCode,
    state: 'pending',
    facts: clientFacts(client, origin),
    createdAt: now,
    expiresAt: after(now, DEVICE_CODE_SECONDS),
  };
}

function requested(client: KnownClient, origin: Origin, at: Date): AuditEvent {
  return { name: 'client.requested', at, origin, detail: { kind: 'device-code', client: client.name } };
}

function waitingClient({ facts, createdAt }: AuthorizationRequest, userCode: string): WaitingClient {
  const { clientName = '', sourceIp, userAgent } = facts;
  return {
    userCode,
    clientName,
    ...(sourceIp === undefined ? {} : { sourceIp }),
    ...(userAgent === undefined ? {} : { userAgent }),
    askedAt: createdAt,
  };
}

/** However a person types it. */
function userCodeOf(typed: string): string {
  const letters = typed.toUpperCase().replaceAll(/[\s-]/g, '');
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}
