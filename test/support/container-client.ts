/** The container credentials endpoint as an SDK asks it, and the tokens that tests ask it with. */
import { SANDBOX_SECRETS } from '../../src/sandbox/access.ts';
import { sha256Hex } from '../../src/lib/hash.ts';
import type { AuthorizationFacts } from '../../src/core/ports/authorizations.ts';
import type { HandedOut } from './sandbox-aws.ts';
import type { AccessFile, TestBroker } from './start-test-broker.ts';

export interface ContainerAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Readonly<Record<string, string>>;
}

type Door = Pick<TestBroker, 'baseUrl'>;

export function containerUrl({ baseUrl }: Door, roleId: string): string {
  return `${baseUrl}/api/v1/container-credentials/${roleId}`;
}

/** @param headers beside the token, or in its place. */
export async function fetchContainer(
  door: Door,
  roleId: string,
  { token, headers = {} }: { readonly token?: string; readonly headers?: Readonly<Record<string, string>> },
): Promise<ContainerAnswer> {
  const authorization = token === undefined ? {} : { authorization: token };
  const response = await fetch(containerUrl(door, roleId), { headers: { ...authorization, ...headers } });
  const text = await response.text();
  const body = JSON.parse(text) as Record<string, string>;
  return { status: response.status, headers: response.headers, text, body };
}

export function handedOut({ body }: ContainerAnswer): HandedOut {
  const { AccessKeyId = '', SecretAccessKey = '', Token = '', Expiration = '' } = body;
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: Token,
    expiresAt: Expiration,
  };
}

/** An access token of the sandbox's application. */
export async function applicationToken({ baseUrl }: Door): Promise<string> {
  const response = await fetch(`${baseUrl}/api/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'billing-report',
      client_secret: SANDBOX_SECRETS['billing-report'],
    }),
  });
  const { access_token: token } = (await response.json()) as { access_token: string };
  return token;
}

/** A token for scripts of somebody who has signed in, written to the store as what makes them does. */
export async function personalToken(
  broker: TestBroker,
  owner: { readonly connectorId: string; readonly subject: string },
  facts: AuthorizationFacts = {},
): Promise<{ readonly token: string; readonly authorizationId: string }> {
  const token = `daypass_pat_${crypto.randomUUID()}`;
  const authorizationId = crypto.randomUUID();
  const at = new Date();
  const expiresAt = new Date(at.getTime() + 86_400_000);
  await broker.whileDown(({ authorizations }) =>
    authorizations.create({
      authorization: {
        id: authorizationId,
        kind: 'personal',
        owner,
        label: 'a script',
        facts,
        createdAt: at,
        usedAt: at,
        expiresAt,
      },
      tokens: [{ use: 'access', idHash: sha256Hex(token), expiresAt }],
      event: { name: 'access-token.issued', at, origin: { door: 'web', requestId: 'test' }, detail: {} },
    }),
  );
  return { token, authorizationId };
}

/** The sandbox's catalogue with reuse turned on for some roles, and an hour for the application. */
export function withReuse(roleIds: readonly string[]): (sandbox: AccessFile) => AccessFile {
  return (sandbox) => ({
    ...sandbox,
    roles: (sandbox.roles ?? []).map((role) =>
      roleIds.includes(role.id) ? { ...role, reuse: { minimumLeftSeconds: 900 } } : role,
    ),
    mappings: (sandbox.mappings ?? []).map((mapping) =>
      mapping.id === 'billing-report'
        ? { ...mapping, limits: { defaultDurationSeconds: 3_600, maximumDurationSeconds: 3_600 } }
        : mapping,
    ),
  });
}
