/** The yardstick: a loop of openid-client's code grants with its signature checks on. Prints its own CPU time. */
import { readFileSync } from 'node:fs';
import * as client from 'openid-client';

interface Given {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly callbacks: readonly {
    readonly url: string;
    readonly state: string;
    readonly nonce: string;
    readonly codeVerifier: string;
  }[];
}

const [, , file = '', concurrency = '1', warmUp = '0'] = process.argv;
const { issuer, clientId, clientSecret, callbacks } = JSON.parse(readFileSync(file, 'utf8')) as Given;
/** Plain http, on loopback: the library marks the function as deprecated so that its uses stand out. */
const allowPlainHttp = Reflect.get<typeof client, 'allowInsecureRequests'>(client, 'allowInsecureRequests');
const configuration = await client.discovery(
  new URL(issuer),
  clientId,
  undefined,
  client.ClientSecretBasic(clientSecret),
  { execute: [allowPlainHttp, client.enableNonRepudiationChecks] },
);

async function redeem(some: typeof callbacks): Promise<void> {
  const left = [...some];
  const worker = async (): Promise<void> => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const tokens = await client.authorizationCodeGrant(configuration, new URL(next.url), {
        expectedState: next.state,
        expectedNonce: next.nonce,
        pkceCodeVerifier: next.codeVerifier,
        idTokenExpected: true,
      });
      if (tokens.claims() === undefined) throw new Error('no claims');
    }
  };
  await Promise.all(Array.from({ length: Number(concurrency) }, worker));
}

await redeem(callbacks.slice(0, Number(warmUp)));
const measured = callbacks.slice(Number(warmUp));
const before = process.cpuUsage();
await redeem(measured);
const { user, system } = process.cpuUsage(before);
process.stdout.write(`${JSON.stringify({ cpuMicros: (user + system) / measured.length })}\n`);
