import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEvent } from '../../src/core/audit-event.ts';
import { catalogueSchema } from '../../src/core/catalogue.ts';
import type { Catalogue } from '../../src/core/catalogue.ts';
import type { SignInFlow, SignInSession, SigningKey } from '../../src/core/ports/stores.ts';
import { randomToken, sha256Hex } from '../../src/lib/hash.ts';
import { Secret } from '../../src/lib/secret.ts';

export const MASTER_KEY = new Secret(Buffer.alloc(32, 7).toString('base64'));
export const NOW = new Date('2026-11-02T10:00:00.000Z');

export function later(seconds: number): Date {
  return new Date(NOW.getTime() + seconds * 1000);
}

export function buildEvent(overrides: Partial<AuditEvent> = {}): AuditEvent {
  return {
    name: 'credentials.requested',
    at: NOW,
    principal: 'user:corp:ada',
    origin: { door: 'web', requestId: 'request-1', sourceIp: '127.0.0.1' },
    detail: { role: 'payments-admin', groups: ['a', 'b'], duration: 3600 },
    ...overrides,
  };
}

export function buildFlow(overrides: Partial<SignInFlow> = {}): SignInFlow {
  return {
    id: randomToken(),
    browserHash: sha256Hex('browser'),
    connectorId: 'corp',
    returnTo: '/roles?search=%00',
    values: { state: 's', codeVerifier: 'canary-code-verifier' },
    expiresAt: later(600),
    ...overrides,
  };
}

export function buildSession(overrides: Partial<SignInSession> = {}): SignInSession {
  return {
    idHash: sha256Hex(randomToken()),
    identity: {
      connectorId: 'corp',
      subject: 'ada\u0000\ud800 \u{1f600}',
      displayName: 'Ada',
      groups: ['Engineers', 'engineers ', '__proto__'],
      attributes: new Map([
        ['department', ['r&d']],
        ['__proto__', ['x', 'y']],
      ]),
    },
    createdAt: NOW,
    seenAt: NOW,
    idleExpiresAt: later(900),
    absoluteExpiresAt: later(3600),
    authentication: { at: later(-60), contexts: ['urn:mfa'] },
    confirmedAt: NOW,
    ...overrides,
  };
}

export function buildKey(overrides: Partial<SigningKey> = {}): SigningKey {
  return {
    id: randomToken(),
    use: 'saml',
    privateKey: '-----BEGIN PRIVATE KEY-----\ncanary-private-key\n-----END PRIVATE KEY-----\n',
    publicPart: '-----BEGIN CERTIFICATE-----\n',
    createdAt: NOW,
    activeAt: later(60),
    retiredAt: undefined,
    ...overrides,
  };
}

export function buildCatalogue(accountName = 'Payments'): Catalogue {
  return catalogueSchema.parse({ accounts: [{ id: '111122223333', name: accountName }] });
}

/** A directory of the test's own, and what removes it. */
export function temporaryDirectory(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'daypass-stores-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
