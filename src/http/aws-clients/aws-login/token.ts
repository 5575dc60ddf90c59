/** `POST /v1/token` of the `signin` service (CreateOAuth2Token): a code, later a refresh token, for credentials. */
import { Router } from 'express';
import { z } from 'zod';
import { LOGIN_CLIENT_IDS, type AwsLogin } from '../../../broker/aws-login.ts';
import type { LoginAnswer } from '../../../broker/aws-login-tokens.ts';
import type { CodeGrant } from '../../../broker/redeem-login-code.ts';
import type { RefreshGrant } from '../../../broker/refresh-login.ts';
import { BrokerError } from '../../../core/errors.ts';
import type { Clock } from '../../../core/ports/clock.ts';
import { readJson } from '../../middleware/bodies.ts';
import { onlyMethods } from '../../middleware/only-methods.ts';
import { refusePages } from '../../middleware/refuse-pages.ts';
import { contextOf } from '../../request-context.ts';
import type { RequestLog } from '../../request-log.ts';
import { readDpopProof } from './dpop-proof.ts';
import { signinErrors } from './signin-errors.ts';
import { unsignedIdToken } from './unsigned-id-token.ts';

const PATH = '/v1/token';

export interface AwsLoginTokenRoutes {
  readonly baseUrl: string;
  readonly awsLogin: Pick<AwsLogin, 'exchange'>;
  readonly clock: Clock;
}

const clientId = z.enum(LOGIN_CLIENT_IDS);
const grantSchema = z.discriminatedUnion('grantType', [
  z.object({
    grantType: z.literal('authorization_code'),
    clientId,
    code: z.string().min(1).max(512),
    redirectUri: z.string().min(1).max(2_048),
    codeVerifier: z.string().regex(/^[A-Za-z0-9._~-]{43,128}$/),
  }),
  z.object({
    grantType: z.literal('refresh_token'),
    clientId,
    refreshToken: z.string().min(1).max(2_048),
  }),
]);

export function awsLoginTokenRoutes(routes: AwsLoginTokenRoutes, log: RequestLog): Router {
  const { baseUrl, awsLogin, clock } = routes;
  const expected = { method: 'POST', url: baseUrl + PATH } as const;
  const router = Router();
  onlyMethods(router, PATH, {
    post: [
      refusePages,
      readJson(),
      async (request, response) => {
        const proof = readDpopProof(request.headers['dpop'], { ...expected, now: clock.now() });
        const grant = grantOf(request.body);
        const answer = await awsLogin.exchange(grant, proof, contextOf(response).origin);
        response.json(tokenOutput(grant, answer, { issuer: baseUrl, now: clock.now() }));
      },
    ],
  });
  router.use(PATH, signinErrors(log, baseUrl));
  return router;
}

function grantOf(body: unknown): CodeGrant | RefreshGrant {
  const parsed = grantSchema.safeParse(body);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map(({ path }) => path.join('.'));
  throw new BrokerError('request.malformed', {
    hint: `The request could not be read; look at: ${fields.join(', ')}.`,
  });
}

function tokenOutput(
  { grantType, clientId: audience }: CodeGrant | RefreshGrant,
  { accessToken, sessionArn, refreshToken, expiresAt }: LoginAnswer,
  { issuer, now }: { readonly issuer: string; readonly now: Date },
): object {
  const left = Math.floor((expiresAt.getTime() - now.getTime()) / 1_000);
  // The service's model knows no more and no less.
  const expiresIn = Math.min(Math.max(left, 1), 900);
  const output = { accessToken, tokenType: 'aws_sigv4', expiresIn, refreshToken };
  if (grantType === 'refresh_token') return output;
  const idToken = unsignedIdToken({ issuer, audience, sessionArn, now, lifeSeconds: expiresIn });
  return { ...output, idToken };
}
