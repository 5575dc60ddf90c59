/** `GET /api/v1/aws-config`: the caller's whole `~/.aws/config`. */
import type { Request } from 'express';
import { z } from 'zod';
import type { AwsSetup } from '../../broker/aws-setup.ts';
import { AWS_CONFIG_STYLES } from '../../core/aws-config.ts';
import { BrokerError } from '../../core/errors.ts';
import type { Operation } from '../operation.ts';
import { callerOf } from './caller.ts';

export function awsConfigOperation(awsSetup: AwsSetup): Operation {
  return {
    id: 'getAwsConfig',
    method: 'get',
    path: '/api/v1/aws-config',
    summary: 'Your whole ~/.aws/config',
    access: 'caller',
    parameters: [
      {
        name: 'style',
        in: 'query',
        description: 'How tools get credentials; `sso` where absent.',
        schema: z.enum(AWS_CONFIG_STYLES),
      },
      {
        name: 'profileName',
        in: 'query',
        description: 'What profiles are called, such as `{account}-{role}`.',
        schema: z.string(),
      },
    ],
    answer: {
      status: 200,
      description: 'A profile for each of your roles that tools may use.',
      contents: [{ mediaType: 'text/plain', schema: z.string() }],
    },
    errors: [],
    handlers: [
      async (request, response) => {
        const { text } = await awsSetup.configFor(callerOf(response).principal, {
          style: queryOf(request, 'style'),
          profileName: queryOf(request, 'profileName'),
        });
        response.type('text/plain; charset=utf-8').send(text);
      },
    ],
  };
}

function queryOf({ query }: Request, name: string): string | undefined {
  const value = query[name];
  if (value === undefined || typeof value === 'string') return value;
  throw new BrokerError('request.malformed', { hint: `Send “${name}” once.` });
}
