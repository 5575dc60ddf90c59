/** `GET /api/v1/aws-config`: the caller's whole `~/.aws/config`. */
import { Router, type Request } from 'express';
import type { AwsSetup } from '../../broker/aws-setup.ts';
import { BrokerError } from '../../core/errors.ts';
import { onlyMethods } from '../middleware/only-methods.ts';
import { callerOf } from './caller.ts';

/** Comes after `apiRoutes`, which finds out who calls. */
export function awsConfigRoutes({ awsSetup }: { readonly awsSetup: AwsSetup }): Router {
  const router = Router();
  onlyMethods(router, '/api/v1/aws-config', {
    async get(request, response) {
      const { text } = await awsSetup.configFor(callerOf(response).principal, {
        style: queryOf(request, 'style'),
        profileName: queryOf(request, 'profileName'),
      });
      response.type('text/plain; charset=utf-8').send(text);
    },
  });
  return router;
}

function queryOf({ query }: Request, name: string): string | undefined {
  const value = query[name];
  if (value === undefined || typeof value === 'string') return value;
  throw new BrokerError('request.malformed', { hint: `Send “${name}” once.` });
}
