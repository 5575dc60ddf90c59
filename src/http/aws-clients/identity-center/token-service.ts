/** SSO OIDC: like OAuth, but JSON both ways, in camel case. https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/ */
import type { Request, Router } from 'express';
import { z } from 'zod';
import type { ClientLimits } from '../../../broker/client-limits.ts';
import type { ClientRegistrations, KnownClient } from '../../../broker/client-registrations.ts';
import type { ClientGrant, ClientTokens } from '../../../broker/client-tokens.ts';
import {
  DEVICE_CODE_SECONDS,
  POLL_SECONDS,
  type DeviceAuthorization,
} from '../../../broker/device-authorization.ts';
import { BrokerError } from '../../../core/errors.ts';
import { readJson } from '../../middleware/bodies.ts';
import { onlyMethods } from '../../middleware/only-methods.ts';
import { contextOf } from '../../request-context.ts';

export interface TokenServiceRoutes {
  readonly baseUrl: string;
  readonly clientLimits: Pick<ClientLimits, 'startClient'>;
  readonly registrations: ClientRegistrations;
  readonly devices: DeviceAuthorization;
  readonly clientTokens: ClientTokens;
}

/** What we hand out is shorter; what is longer is nothing of ours. */
const text = z.string().max(4_096);
const texts = z.array(text).max(20).nullish();

const registration = z.object({ clientName: text, clientType: text, scopes: texts, redirectUris: texts });
const client = z.object({ clientId: text, clientSecret: text });
const grants = {
  'urn:ietf:params:oauth:grant-type:device_code': z
    .object({ deviceCode: text })
    .transform((shown): ClientGrant => ({ kind: 'device-code', ...shown })),
  authorization_code: z
    .object({ code: text, redirectUri: text, codeVerifier: text })
    .transform((shown): ClientGrant => ({ kind: 'authorization-code', ...shown })),
  refresh_token: z
    .object({ refreshToken: text })
    .transform((shown): ClientGrant => ({ kind: 'refresh-token', ...shown })),
} as const;

export function tokenServiceRoutes(router: Router, routes: TokenServiceRoutes): void {
  const { baseUrl, registrations, devices, clientTokens, clientLimits } = routes;

  onlyMethods(router, '/client/register', {
    post: [
      readJson(),
      async (request, response) => {
        await clientLimits.startClient(contextOf(response).origin.sourceIp);
        const { clientName, clientType, scopes, redirectUris } = parse(registration, request);
        const registered = registrations.register({
          name: clientName,
          type: clientType,
          scopes: scopes ?? [],
          redirectUris: redirectUris ?? [],
        });
        response.json({
          clientId: registered.clientId,
          clientSecret: registered.clientSecret,
          clientIdIssuedAt: seconds(registered.issuedAt),
          clientSecretExpiresAt: seconds(registered.expiresAt),
        });
      },
    ],
  });

  onlyMethods(router, '/device_authorization', {
    post: [
      readJson(),
      async (request, response) => {
        // The start URL is a name of AWS's that the client insists on. It says nothing.
        const known = clientOf(request, registrations);
        const { deviceCode, userCode } = await devices.start(known, contextOf(response).origin);
        const verificationUri = `${baseUrl}/device`;
        response.json({
          deviceCode,
          userCode,
          verificationUri,
          verificationUriComplete: `${verificationUri}?user_code=${userCode}`,
          expiresIn: DEVICE_CODE_SECONDS,
          interval: POLL_SECONDS,
        });
      },
    ],
  });

  onlyMethods(router, '/token', {
    post: [
      readJson(),
      async (request, response) => {
        const grant = grantOf(request);
        const known = clientOf(request, registrations);
        const issued = await clientTokens.issue(known, grant, contextOf(response).origin);
        response.json({
          accessToken: issued.accessToken,
          tokenType: 'Bearer',
          expiresIn: issued.expiresInSeconds,
          refreshToken: issued.refreshToken,
        });
      },
    ],
  });
}

function clientOf(request: Request, registrations: ClientRegistrations): KnownClient {
  const { clientId: id, clientSecret: secret } = parse(client, request);
  return registrations.authenticate({ id, secret });
}

function grantOf(request: Request): ClientGrant {
  const { grantType } = parse(z.object({ grantType: text }), request);
  // CreateTokenWithIAM has the same address; who calls it signs with AWS keys, which nobody here has.
  if (request.query['aws_iam'] !== undefined || !isOffered(grantType))
    throw new BrokerError('client.grant_type');
  return parse(grants[grantType], request);
}

function isOffered(grantType: string): grantType is keyof typeof grants {
  return Object.hasOwn(grants, grantType);
}

function parse<Parsed>(schema: z.ZodType<Parsed>, request: Request): Parsed {
  const parsed = schema.safeParse(request.body ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new BrokerError('request.malformed', {
    hint: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not understood'}.`,
  });
}

function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1_000);
}
