/** What each form of the wizard adds to the catalogue. The broker judges the result, whatever was typed. */
import type { Request } from 'express';
import type { Catalogue } from '../../core/catalogue.ts';
import { BrokerError } from '../../core/errors.ts';
import { freeId } from '../../core/import/free-id.ts';
import type { Identity } from '../../core/principal.ts';
import { readField } from '../middleware/bodies.ts';

/** Known before the connector exists, so that the provider can be told where to send people. */
export const FIRST_CONNECTOR = 'company';

interface StepResult {
  readonly reason: string;
  readonly edit: (catalogue: Catalogue) => unknown;
}

export type Step = (request: Request, person: Identity | undefined) => StepResult;

export const providerStep: Step = (request) => {
  const connector = {
    id: FIRST_CONNECTOR,
    kind: readField(request, 'kind'),
    ...filled(request, ['label', 'preset']),
    ...(readField(request, 'kind') === 'saml'
      ? filled(request, ['metadataUrl', 'metadata'])
      : filled(request, ['issuer', 'clientId', 'clientSecretName'])),
  };
  return {
    reason: 'first run: the identity provider',
    edit: ({ connectors, ...rest }) => ({
      ...rest,
      connectors: [...connectors.filter(({ id }) => id !== FIRST_CONNECTOR), connector],
    }),
  };
};

export const roleStep: Step = (request) => ({
  reason: 'first run: an account and a role',
  edit: ({ accounts, roles, ...rest }) => {
    const accountId = readField(request, 'accountId')?.trim();
    const name = readField(request, 'accountName') ?? accountId;
    const roleName = readField(request, 'roleName')?.trim();
    const id = freeId(`${name ?? ''} ${roleName ?? ''}`, (wanted) =>
      roles.some((role) => role.id === wanted),
    );
    return {
      ...rest,
      accounts: [...accounts.filter((account) => account.id !== accountId), { id: accountId, name }],
      roles: [...roles, { id, accountId, roleName, grant: { method: 'assume-role-with-saml' } }],
    };
  },
});

/** Somebody who is signed in, by what really arrived: an administrator who cannot sign in is none. */
export const administratorStep: Step = (request, person) => {
  const choice = readField(request, 'who');
  const group = choice?.startsWith('group:') === true ? choice.slice('group:'.length) : undefined;
  if (person === undefined) throw refused('Sign in first, to see what arrives.');
  if (choice !== 'subject' && (group === undefined || !person.groups.includes(group)))
    throw refused('Choose one of your groups, or yourself.');
  const who = group === undefined ? { users: [person.subject] } : { groups: [group] };
  const named = { connector: person.connectorId, ...who };
  return {
    reason: 'first run: the first administrator',
    edit: ({ administrators, mappings, ...rest }) => ({
      ...rest,
      administrators: [...administrators, named],
      mappings:
        readField(request, 'roles') === undefined || rest.roles.length === 0
          ? mappings
          : [
              ...mappings,
              {
                id: freeId('first administrators', (wanted) => mappings.some(({ id }) => id === wanted)),
                ...named,
                roles: { ids: rest.roles.map(({ id }) => id) },
              },
            ],
    }),
  };
};

function refused(hint: string): BrokerError {
  return new BrokerError('request.malformed', { hint });
}

function filled(request: Request, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = readField(request, name)?.trim() ?? '';
      return value === '' ? [] : [[name, value] as const];
    }),
  );
}
