/** What `/api/oauth` takes and gives, for the document. Fields come as a form; which go together, the handlers say. */
import { z } from 'zod';
import { ACCESS_TOKEN_TYPE, ID_TOKEN_TYPE, JWT_BEARER_GRANT, TOKEN_EXCHANGE_GRANT } from './token-request.ts';

/** How the application proves itself in the form, where neither the Authorization header nor a certificate does. */
const proof = {
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
  client_assertion_type: z.string().optional().describe('With client_assertion: that of RFC 7523.'),
  client_assertion: z
    .string()
    .optional()
    .describe('A JWT that the application signed, or its workload’s token.'),
};

export const tokenSchema = z.object({
  grant_type: z.enum(['client_credentials', JWT_BEARER_GRANT, TOKEN_EXCHANGE_GRANT]),
  ...proof,
  assertion: z.string().optional().describe('Of JWT bearer: the workload’s own token.'),
  subject_token: z.string().optional().describe('Of token exchange: the person’s own ID token.'),
  subject_token_type: z.literal(ID_TOKEN_TYPE).optional(),
  requested_token_type: z.literal(ACCESS_TOKEN_TYPE).optional(),
  scope: z.string().optional().describe('Narrows: role:ID of each role, with spaces between.'),
  resource: z.string().optional().describe('This API, if anything (RFC 8707).'),
  audience: z.string().optional().describe('The same.'),
});

export const shownSchema = z.object({ token: z.string(), ...proof });

export const grantedSchema = z.strictObject({
  access_token: z.string(),
  issued_token_type: z.literal(ACCESS_TOKEN_TYPE).optional(),
  token_type: z.literal('Bearer'),
  expires_in: z.int().describe('Seconds.'),
  scope: z.string().optional(),
});

export const introspectedSchema = z.strictObject({
  active: z.boolean(),
  token_type: z.literal('Bearer').optional(),
  iss: z.string().optional(),
  aud: z.string().optional(),
  sub: z.string().optional(),
  client_id: z.string().optional(),
  act: z.strictObject({ sub: z.string() }).optional().describe('Who acts for the person in `sub`.'),
  scope: z.string().optional(),
  iat: z.int().optional(),
  exp: z.int().optional(),
});

export const OAUTH_ERRORS = [
  'invalid_request',
  'invalid_client',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target',
  'temporarily_unavailable',
  'server_error',
] as const;

export const oauthErrorSchema = z.strictObject({
  error: z.enum(OAUTH_ERRORS),
  error_description: z.string(),
});
