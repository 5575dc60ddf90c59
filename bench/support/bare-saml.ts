/** The yardstick: a loop of node-saml's validation over responses from a file, nothing around it. Prints its own CPU time. */
import { readFileSync } from 'node:fs';
import { SAML } from '@node-saml/passport-saml';

interface Given {
  readonly issuer: string;
  readonly callbackUrl: string;
  readonly certificate: string;
  readonly responses: readonly string[];
}

const [, , file = '', warmUp = '0'] = process.argv;
const { issuer, callbackUrl, certificate, responses } = JSON.parse(readFileSync(file, 'utf8')) as Given;
const saml = new SAML({
  issuer,
  audience: issuer,
  callbackUrl,
  entryPoint: 'https://idp.example/sso',
  idpCert: certificate,
  wantAssertionsSigned: true,
  wantAuthnResponseSigned: false,
});

async function validate(some: readonly string[]): Promise<void> {
  for (const SAMLResponse of some) {
    const { profile } = await saml.validatePostResponseAsync({ SAMLResponse });
    if (profile === null) throw new Error('not validated');
  }
}

await validate(responses.slice(0, Number(warmUp)));
const measured = responses.slice(Number(warmUp));
const before = process.cpuUsage();
await validate(measured);
const { user, system } = process.cpuUsage(before);
process.stdout.write(`${JSON.stringify({ cpuMicros: (user + system) / measured.length })}\n`);
