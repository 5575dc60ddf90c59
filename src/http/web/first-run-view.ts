import { PROVIDER_PRESETS, type Catalogue } from '../../core/catalogue.ts';
import type { Identity } from '../../core/principal.ts';
import { FIRST_CONNECTOR } from './first-run-steps.ts';
import type { FirstRunPage, PageFrame } from './view-models.ts';

interface Seen {
  readonly baseUrl: string;
  readonly secretNames: readonly string[];
  /** The person who is signed in beside the wizard. */
  readonly arrived: Identity | undefined;
  /** What was typed into a form that was refused. */
  readonly given: (name: string) => string;
}

type View = Omit<FirstRunPage, keyof PageFrame | 'formToken' | 'problems'>;

const FIELDS = [
  'kind',
  'label',
  'preset',
  'metadataUrl',
  'metadata',
  'issuer',
  'clientId',
  'clientSecretName',
  'accountId',
  'accountName',
  'roleName',
] as const;

export function firstRunView(catalogue: Catalogue, seen: Seen): View {
  const { baseUrl, secretNames, arrived, given } = seen;
  const names = new Map(catalogue.accounts.map(({ id, name }) => [id, name]));
  return {
    connectors: catalogue.connectors.map(({ id, label }) => ({
      label,
      signInHref: `/sign-in/${id}?returnTo=${encodeURIComponent('/first-run')}`,
    })),
    presets: PROVIDER_PRESETS,
    secretNames,
    tell: {
      entityId: `${baseUrl}/saml/${FIRST_CONNECTOR}/metadata`,
      acsUrl: `${baseUrl}/saml/${FIRST_CONNECTOR}/acs`,
      redirectUri: `${baseUrl}/oidc/${FIRST_CONNECTOR}/callback`,
    },
    roles: catalogue.roles.map(({ roleName, accountId }) => ({
      roleName,
      accountName: names.get(accountId) ?? accountId,
    })),
    arrived:
      arrived === undefined
        ? undefined
        : {
            subject: arrived.subject,
            groups: arrived.groups,
            attributes: [...arrived.attributes].map(([name, values]) => ({ name, values })),
          },
    values: Object.fromEntries(FIELDS.map((name) => [name, given(name)])) as View['values'],
  };
}
