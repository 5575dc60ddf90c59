import { encryptAssertion } from '../support/encrypt-assertion.ts';
import { signElement } from '../support/fake-assertion.ts';
import type { TestSandboxAws } from '../support/start-sandbox-aws.ts';
import type { Answer } from './ask.ts';
import type { Rule } from './rule.ts';
import {
  DECRYPTING_PROVIDER,
  FIRST_KEY,
  redeem,
  SECOND_KEY,
  SIGN_IN,
  STRICT_ID,
  STRICT_PROVIDER,
} from './saml-ask.ts';

const SIGNATURE = '3.3 Signature';
const ENCRYPTION = '3.3 Encrypted assertions';

const taken = { status: 200, code: 'Success', result: {} } as const;
const invalid = { status: 400, code: 'InvalidIdentityToken' } as const;
const wrongSignature = { ...invalid, message: 'Response signature invalid' } as const;
const toDecrypting = { providerArn: DECRYPTING_PROVIDER } as const;
const toStrict = { providerArn: STRICT_PROVIDER, recipient: `${SIGN_IN}/acs/${STRICT_ID}` } as const;

export const SAML_SIGNATURE_RULES: readonly Rule[] = [
  {
    section: SIGNATURE,
    rule: 'takes a signed assertion',
    confidence: 'documented',
    ask: (sandbox) => redeem(sandbox, { signs: 'assertion' }),
    answer: taken,
  },
  {
    section: SIGNATURE,
    rule: 'takes a signed response',
    confidence: 'documented',
    ask: (sandbox) => redeem(sandbox, { signs: 'response' }),
    answer: taken,
  },
  {
    section: SIGNATURE,
    rule: 'takes a response of which both are signed',
    confidence: 'documented',
    ask: (sandbox) => redeem(sandbox, { signs: 'both' }),
    answer: taken,
  },
  {
    section: SIGNATURE,
    rule: 'refuses a response that nobody signed',
    confidence: 'documented',
    ask: (sandbox) => redeem(sandbox, { signs: 'none' }),
    answer: wrongSignature,
  },
  {
    section: SIGNATURE,
    rule: 'refuses a key that is not in the metadata',
    confidence: 'documented',
    ask: (sandbox) => redeem(sandbox, { key: FIRST_KEY }),
    answer: wrongSignature,
  },
  {
    section: SIGNATURE,
    rule: 'refuses what was changed after it was signed',
    confidence: 'documented',
    ask: (sandbox) => redeem(sandbox, { afterSigning: (xml) => xml.replace('erin.engel', 'alex.admin') }),
    answer: wrongSignature,
  },
  {
    section: SIGNATURE,
    rule: 'takes RSA with SHA-512',
    confidence: 'known',
    ask: (sandbox) =>
      redeem(sandbox, { signatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512' }),
    answer: taken,
  },
];

/** AssertionEncryptionMode and AddPrivateKey, as IAM has them since 2025. */
export const SAML_ENCRYPTION_RULES: readonly Rule[] = [
  {
    section: ENCRYPTION,
    rule: 'opens AES-GCM with a private key of the provider',
    confidence: 'documented',
    ask: (sandbox) =>
      redeem(sandbox, { ...toDecrypting, posted: (response) => encryptAssertion(response, FIRST_KEY) }),
    answer: { ...taken, result: { Subject: 'erin' } },
  },
  {
    section: ENCRYPTION,
    rule: 'opens AES-CBC too',
    confidence: 'documented',
    ask: (sandbox: TestSandboxAws): Promise<Answer> => {
      const encryptionAlgorithm = 'http://www.w3.org/2001/04/xmlenc#aes256-cbc';
      return redeem(sandbox, {
        ...toDecrypting,
        posted: (response) => encryptAssertion(response, FIRST_KEY, { encryptionAlgorithm }),
      });
    },
    answer: taken,
  },
  {
    section: ENCRYPTION,
    rule: 'opens it with the second of two private keys',
    confidence: 'documented',
    ask: (sandbox) =>
      redeem(sandbox, { ...toDecrypting, posted: (response) => encryptAssertion(response, SECOND_KEY) }),
    answer: taken,
  },
  {
    section: ENCRYPTION,
    rule: 'takes an assertion in the clear where encryption is Allowed',
    confidence: 'documented',
    ask: (sandbox) => redeem(sandbox, toDecrypting),
    answer: taken,
  },
  {
    section: ENCRYPTION,
    rule: "takes an encrypted one for the provider's own endpoint where encryption is Required",
    confidence: 'documented',
    ask: (sandbox) =>
      redeem(sandbox, { ...toStrict, posted: (response) => encryptAssertion(response, FIRST_KEY) }),
    answer: { ...taken, result: { Audience: `${SIGN_IN}/acs/${STRICT_ID}` } },
  },
  {
    section: ENCRYPTION,
    rule: "takes the provider's own endpoint of a region",
    confidence: 'documented',
    ask: (sandbox: TestSandboxAws): Promise<Answer> => {
      const recipient = `https://ap-south-1.signin.aws.amazon.com/saml/acs/${STRICT_ID}`;
      const posted = (response: string) => encryptAssertion(response, FIRST_KEY);
      return redeem(sandbox, { ...toStrict, recipient, posted });
    },
    answer: taken,
  },
  {
    section: ENCRYPTION,
    rule: 'refuses an assertion in the clear where encryption is Required',
    confidence: 'known',
    ask: (sandbox) => redeem(sandbox, toStrict),
    answer: invalid,
  },
  {
    section: ENCRYPTION,
    rule: 'refuses the endpoint of all providers where encryption is Required',
    confidence: 'known',
    ask: (sandbox) =>
      redeem(sandbox, {
        providerArn: STRICT_PROVIDER,
        posted: (response) => encryptAssertion(response, FIRST_KEY),
      }),
    answer: invalid,
  },
  {
    section: ENCRYPTION,
    rule: 'refuses an encrypted assertion where the provider has no private key',
    confidence: 'known',
    ask: (sandbox) => redeem(sandbox, { posted: (response) => encryptAssertion(response, FIRST_KEY) }),
    answer: invalid,
  },
  {
    section: ENCRYPTION,
    rule: 'wants a signature under the encryption, or around it',
    confidence: 'known',
    ask: (sandbox) =>
      redeem(sandbox, {
        ...toDecrypting,
        signs: 'none',
        posted: (response) => encryptAssertion(response, FIRST_KEY),
      }),
    answer: invalid,
  },
  {
    section: ENCRYPTION,
    rule: 'takes a response that was signed after its assertion was encrypted',
    confidence: 'known',
    ask: (sandbox: TestSandboxAws): Promise<Answer> => {
      const posted = async (response: string): Promise<string> => {
        const xml = Buffer.from(await encryptAssertion(response, FIRST_KEY), 'base64').toString();
        const signed = signElement(xml, 'response', { key: sandbox.federation.samlKey() });
        return Buffer.from(signed).toString('base64');
      };
      return redeem(sandbox, { ...toDecrypting, signs: 'none', posted });
    },
    answer: taken,
  },
];
