/** How internal applications prove themselves: client id and secret for a short-lived, opaque access token. */
import { timingSafeEqual } from 'node:crypto';
import type { Origin } from '../core/audit-event.ts';
import { BrokerError } from '../core/errors.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { AuthorizationStore } from '../core/ports/authorizations.ts';
import type { AuditStore } from '../core/ports/stores.ts';
import { randomToken, sha256Hex } from '../lib/hash.ts';
import type { CatalogueSource } from './catalogue-source.ts';
import type { RateLimits } from './rate-limits.ts';

/** Says at a glance, and to secret scanners, what the string is. */
const TOKEN_PREFIX = 'daypass_at_';

export interface IssuedAccessToken {
  readonly accessToken: string;
  readonly expiresInSeconds: number;
}

export interface ApplicationAccess {
  /** RFC 6749 section 4.4. @throws BrokerError `client.invalid`, `request.too_many` */
  issueToken(
    client: { readonly id: string; readonly secret: string },
    origin: Origin,
  ): Promise<IssuedAccessToken>;
}

export interface ApplicationAccessDependencies {
  readonly catalogue: Pick<CatalogueSource, 'current'>;
  readonly authorizations: Pick<AuthorizationStore, 'create'>;
  readonly audit: AuditStore;
  readonly clock: Clock;
  readonly lifeSeconds: number;
  readonly limits: Pick<RateLimits, 'admitClient' | 'clientFailed'>;
}

export function createApplicationAccess(dependencies: ApplicationAccessDependencies): ApplicationAccess {
  const { catalogue, authorizations, audit, clock, lifeSeconds, limits } = dependencies;
  return {
    async issueToken({ id, secret }, origin) {
      limits.admitClient(origin.sourceIp, id);
      const application = (await catalogue.current()).compiled.applications.get(id);
      const now = clock.now();
      // An unknown client costs the same comparison as a wrong secret, and gets the same answer.
      if (!matchesAny(secret, application?.secretHashes ?? []) || application === undefined) {
        await limits.clientFailed(origin.sourceIp, id);
        const detail = { client: id.slice(0, 128), reason: 'client.invalid' };
        await audit.record({ name: 'access-token.denied', at: now, origin, detail });
        throw new BrokerError('client.invalid');
      }
      const accessToken = TOKEN_PREFIX + randomToken();
      const expiresAt = new Date(now.getTime() + lifeSeconds * 1000);
      await authorizations.create({
        authorization: {
          id: randomToken(),
          kind: 'application',
          applicationId: application.id,
          label: application.name,
          facts: {},
          createdAt: now,
          usedAt: now,
          expiresAt,
        },
        tokens: [{ use: 'access', idHash: sha256Hex(accessToken), expiresAt }],
        event: {
          name: 'access-token.issued',
          at: now,
          principal: `application:${application.id}`,
          origin,
          detail: { kind: 'application', expiresInSeconds: lifeSeconds },
        },
      });
      return { accessToken, expiresInSeconds: lifeSeconds };
    },
  };
}

const NO_SECRET = `sha256:${'0'.repeat(64)}`;

function matchesAny(secret: string, hashes: readonly string[]): boolean {
  const given = Buffer.from(`sha256:${sha256Hex(secret)}`);
  const known = hashes.length === 0 ? [NO_SECRET] : hashes;
  return known.map((hash) => timingSafeEqual(given, Buffer.from(hash))).includes(true);
}
