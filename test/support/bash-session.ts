/** A real bash into which somebody pastes what they copied, and then calls AWS with a program that knows nothing of us. */
import { spawn } from 'node:child_process';
import type { CallerIdentity } from './sandbox-aws.ts';
import { ROOT_DIR } from './start-test-broker.ts';

const WHO_AM_I = `
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
const client = new STSClient({ maxAttempts: 1 });
const { Account, Arn, UserId } = await client.send(new GetCallerIdentityCommand({}));
console.log(JSON.stringify({ Account, Arn, UserId }));
`;

/** Nothing of this process's environment comes along: what works, works by the pasted block. */
export async function callerIdentityInBash(pasted: string, awsUrl: string): Promise<CallerIdentity> {
  const environment = {
    PATH: process.env['PATH'],
    NODE: process.execPath,
    NODE_NO_WARNINGS: '1',
    HOME: '/nonexistent',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL: awsUrl,
    AWS_REGION: 'us-east-1',
    WHO_AM_I,
  };
  const script = `set -eu\n${pasted}\n"$NODE" --input-type=module --eval "$WHO_AM_I"\n`;
  return JSON.parse(await run(script, environment)) as CallerIdentity;
}

function run(script: string, env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    const bash = spawn('bash', ['--noprofile', '--norc', '-s'], { cwd: ROOT_DIR, env });
    let [out, err] = ['', ''];
    bash.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
    bash.stderr.on('data', (chunk: Buffer) => (err += chunk.toString('utf8')));
    bash.once('error', reject);
    bash.once('close', (code) => {
      if (code === 0) resolve(out);
      else reject(new Error(`bash ended with ${code}: ${err}`));
    });
    bash.stdin.end(script);
  });
}
