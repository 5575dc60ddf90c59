/** Commands of the AWS CLI v2 for bash and zsh, to be run with credentials of one account's administrator. */
import { issuerName } from '../provider-arns.ts';
import type { AccountPieces, IamPiece } from './onboarding.ts';
import { policyText } from './policy-document.ts';

/** What is there already is changed, and not made. */
export interface Existing {
  readonly role: boolean;
  readonly provider: boolean;
}

type Piece<Kind extends IamPiece['kind']> = Extract<IamPiece, { kind: Kind }>;

export function printCli({ accountId, partition, pieces }: AccountPieces, existing: Existing): string {
  const arn = (resource: string): string => `arn:${partition}:iam::${accountId}:${resource}`;
  return pieces
    .flatMap((piece) => {
      switch (piece.kind) {
        case 'saml-provider':
          return [samlProvider(piece, existing, arn)];
        case 'openid-provider':
          return openidProvider(piece, existing, arn);
        case 'role':
          return existing.role ? changedRole(piece) : [newRole(piece)];
        case 'permission':
          return [permission(piece)];
      }
    })
    .map((line) => `${line}\n`)
    .join('');
}

type Arn = (resource: string) => string;

function samlProvider({ name, metadata }: Piece<'saml-provider'>, { provider }: Existing, arn: Arn): string {
  return provider
    ? iam('update-saml-provider', [
        ['saml-provider-arn', arn(`saml-provider/${name}`)],
        ['saml-metadata-document', metadata],
      ])
    : iam('create-saml-provider', [
        ['name', name],
        ['saml-metadata-document', metadata],
      ]);
}

function openidProvider(
  { issuer, clientIds }: Piece<'openid-provider'>,
  { provider }: Existing,
  arn: Arn,
): string[] {
  if (!provider) {
    const options: Option[] = [
      ['url', issuer],
      ['client-id-list', ...clientIds],
    ];
    return [iam('create-open-id-connect-provider', options)];
  }
  const providerArn = arn(`oidc-provider/${issuerName(issuer)}`);
  return clientIds.map((clientId) =>
    iam('add-client-id-to-open-id-connect-provider', [
      ['open-id-connect-provider-arn', providerArn],
      ['client-id', clientId],
    ]),
  );
}

function newRole({ name, path, maximumSeconds, trustPolicy }: Piece<'role'>): string {
  return iam('create-role', [
    ['role-name', name],
    ...(path === '/' ? [] : [['path', path] as const]),
    ['max-session-duration', String(maximumSeconds)],
    ['assume-role-policy-document', policyText(trustPolicy, 2)],
  ]);
}

function changedRole({ name, maximumSeconds, trustPolicy }: Piece<'role'>): string[] {
  return [
    iam('update-assume-role-policy', [
      ['role-name', name],
      ['policy-document', policyText(trustPolicy, 2)],
    ]),
    iam('update-role', [
      ['role-name', name],
      ['max-session-duration', String(maximumSeconds)],
    ]),
  ];
}

function permission({ of, principalName, policyName, document }: Piece<'permission'>): string {
  return iam(`put-${of}-policy`, [
    [`${of}-name`, principalName],
    ['policy-name', policyName],
    ['policy-document', policyText(document, 2)],
  ]);
}

type Option = readonly [name: string, ...values: string[]];

function iam(command: string, options: readonly Option[]): string {
  const written = options.map(([name, ...values]) => `--${name} ${values.map(quoted).join(' ')}`);
  return [`aws iam ${command}`, ...written].join(' \\\n  ');
}

/** Whole and literal for every POSIX shell. */
function quoted(text: string): string {
  return /^[\w/:.@=+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
