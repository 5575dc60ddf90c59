import { z } from 'zod';
import type { OwnAuthorizations } from '../../broker/own-authorizations.ts';
import type { PersonalTokens } from '../../broker/personal-tokens.ts';
import { BrokerError } from '../../core/errors.ts';
import type { Authorization } from '../../core/ports/authorizations.ts';
import type { UserPrincipal } from '../../core/principal.ts';
import { personalTokenSchema } from '../personal-token-fields.ts';
import type { Operation, Parameter } from '../operation.ts';
import { contextOf } from '../request-context.ts';
import type { Caller } from './caller.ts';
import { jsonOperation, pathParameter, read } from './json-operation.ts';

export interface PersonalTokenOperations {
  readonly personalTokens: PersonalTokens;
  readonly ownAuthorizations: OwnAuthorizations;
}

const tokenSchema = z.strictObject({
  id: z.string().describe('Names it where it is ended; no secret.'),
  label: z.string(),
  roles: z.array(z.string()).optional().describe('The only roles it is for; absent for all of yours.'),
  createdAt: z.iso.datetime(),
  lastUsedAt: z.iso.datetime().describe('To about a minute; when it was made, if never used.'),
  expiresAt: z.iso.datetime(),
});

const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, '1 to 255 characters without spaces')
  .optional();

const header: Parameter = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'Any text of your own: what is sent again with the same one within a day makes no second token.',
  schema: idempotencyKey,
};

const id: Parameter = { name: 'id', in: 'path', description: 'The token’s id.', schema: z.string() };

export function personalTokenOperations(parts: PersonalTokenOperations): Operation[] {
  return [listTokens(parts), createToken(parts), revokeToken(parts)];
}

function listTokens({ personalTokens }: PersonalTokenOperations): Operation {
  return jsonOperation({
    id: 'listTokens',
    path: '/api/v1/tokens',
    summary: 'Your personal access tokens',
    access: 'session',
    answer: z.strictObject({ tokens: z.array(tokenSchema) }),
    answerDescription: 'Those that are neither ended nor expired, newest first.',
    async handle({ caller }) {
      const tokens = await personalTokens.list(personOf(caller));
      return { tokens: tokens.map(tokenOf) };
    },
  });
}

function createToken({ personalTokens }: PersonalTokenOperations): Operation {
  return jsonOperation({
    id: 'createToken',
    path: '/api/v1/tokens',
    summary: 'Make a personal access token',
    description:
      'It may do what you may, or less, and works while you keep signing in. The token itself is in this answer and nowhere else.',
    access: 'session',
    parameters: [header],
    body: personalTokenSchema(personalTokens.maximumDays),
    example: { label: 'Nightly report', expiresInDays: 30, roles: ['production-readonly'] },
    status: 201,
    answer: tokenSchema.extend({ token: z.string().describe('Send it as Authorization: Bearer.') }),
    answerDescription: 'The token, shown this once.',
    errors: ['role.not_found', 'request.repeated', 'token.too_many', 'session.ended'],
    async handle({ caller, body, request, response }) {
      const { origin } = contextOf(response);
      const key = read(idempotencyKey, request.headers['idempotency-key']);
      const wish = { ...body, idempotencyKey: key };
      const { token, authorization } = await personalTokens.create(personOf(caller), wish, origin);
      return { ...tokenOf(authorization), token };
    },
  });
}

function revokeToken({ ownAuthorizations }: PersonalTokenOperations): Operation {
  return jsonOperation({
    id: 'revokeToken',
    path: '/api/v1/tokens/{id}/revoke',
    summary: 'End a personal access token',
    description: 'At once, on every node. AWS credentials that were got with it go on until they expire.',
    access: 'session',
    parameters: [id],
    body: z.strictObject({}),
    answer: z.strictObject({}),
    answerDescription: 'It has ended.',
    errors: ['request.not_found'],
    async handle({ caller, request, response }) {
      const { origin } = contextOf(response);
      const ending = { origin, kinds: ['personal'] } as const;
      await ownAuthorizations.end(personOf(caller), pathParameter(request, 'id'), ending);
      return {};
    },
  });
}

function personOf({ principal }: Caller): UserPrincipal {
  if (principal.kind !== 'user') throw new BrokerError('session.only');
  return principal;
}

function tokenOf({ id, label, facts, createdAt, usedAt, expiresAt }: Authorization) {
  return {
    id,
    label,
    roles: facts.roles,
    createdAt: createdAt.toISOString(),
    lastUsedAt: usedAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  };
}
