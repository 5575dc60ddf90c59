/** AssumeRole requests for the sandbox, signed beforehand, so that the load does not wait for its own signing. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { signedRequest } from '../../test/support/sign-request.ts';
import type { SignedBody } from './load.ts';

/** Each for a session of its own; a request may be sent again, and gives another session then. */
const REQUESTS = 500;

export function signedCalls(url: string, dataDir: string): readonly SignedBody[] {
  const file = join(dataDir, 'sandbox', 'credentials', 'tools-broker.json');
  const key = JSON.parse(readFileSync(file, 'utf8')) as { AccessKeyId: string; SecretAccessKey: string };
  const credentials = { accessKeyId: key.AccessKeyId, secretAccessKey: key.SecretAccessKey };
  const at = new Date();
  return Array.from({ length: REQUESTS }, (_, index) => {
    const body = new URLSearchParams({
      Action: 'AssumeRole',
      Version: '2011-06-15',
      RoleArn: 'arn:aws:iam::444455556666:role/Ec2Operator',
      RoleSessionName: `session-${index}`,
      SourceIdentity: 'bench',
    }).toString();
    const { init } = signedRequest(url, { credentials, at, body });
    return { headers: init.headers as Record<string, string>, body };
  });
}
