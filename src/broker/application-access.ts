/** How internal applications prove themselves: client id and secret for a short-lived, opaque access token. */
import { timingSafeEqual } from 'node:crypto';
import type { Origin } from '../core/audit-event.ts';
import { BrokerError } from '../core/errors.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { AccessTokenStore, AuditStore } from '../core/ports/stores.ts';
import type { ApplicationPrincipal } from '../core/principal.ts';
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
  /** @throws BrokerError `token.invalid` */
  resume(accessToken: string): Promise<ApplicationPrincipal>;
}

export interface ApplicationAccessDependencies {
  readonly catalogue: Pick<CatalogueSource, 'current'>;
  readonly tokens: AccessTokenStore;
  readonly audit: AuditStore;
  readonly clock: Clock;
  readonly lifeSeconds: number;
  readonly limits: Pick<RateLimits, 'admitClient' | 'clientFailed'>;
}

export function createApplicationAccess(dependencies: ApplicationAccessDependencies): ApplicationAccess {
  const { catalogue, tokens, audit, clock, lifeSeconds, limits } = dependencies;
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
      await tokens.create(
        {
          idHash: sha256Hex(accessToken),
          applicationId: application.id,
          createdAt: now,
          expiresAt: new Date(now.getTime() + lifeSeconds * 1000),
        },
        {
          name: 'access-token.issued',
          at: now,
          principal: `application:${application.id}`,
          origin,
          detail: { expiresInSeconds: lifeSeconds },
        },
      );
      return { accessToken, expiresInSeconds: lifeSeconds };
    },

    async resume(accessToken) {
      const idHash = sha256Hex(accessToken);
      const token = await tokens.find(idHash, clock.now());
      // The application itself may be gone from the catalogue while its token still lives.
      const application =
        token === undefined
          ? undefined
          : (await catalogue.current()).compiled.applications.get(token.applicationId);
      if (application === undefined) throw new BrokerError('token.invalid');
      return {
        kind: 'application',
        id: application.id,
        name: application.name,
        standing: { kind: 'access-token', idHash },
      };
    },
  };
}

const NO_SECRET = `sha256:${'0'.repeat(64)}`;

function matchesAny(secret: string, hashes: readonly string[]): boolean {
  const given = Buffer.from(`sha256:${sha256Hex(secret)}`);
  const known = hashes.length === 0 ? [NO_SECRET] : hashes;
  return known.map((hash) => timingSafeEqual(given, Buffer.from(hash))).includes(true);
}
