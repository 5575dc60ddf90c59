import { samlMetadata } from '../support/fake-assertion.ts';
import { DEVELOPMENT, type TestSandboxAws } from '../support/start-sandbox-aws.ts';
import type { Answer } from './ask.ts';
import type { Rule } from './rule.ts';
import { FIRST_KEY, redeemBy, SECOND_KEY } from './saml-ask.ts';

const METADATA = '3.5 IAM SAML provider';

const taken = { status: 200, code: 'Success', result: {} } as const;
const invalid = { status: 400, code: 'InvalidIdentityToken' } as const;

/** Which documents a provider may have; that of the row is given to a provider of its own. */
export const SAML_METADATA_RULES: readonly Rule[] = [
  {
    section: METADATA,
    rule: 'takes any of several signing keys of one identity provider',
    confidence: 'documented',
    ask: (sandbox: TestSandboxAws): Promise<Answer> => {
      const metadata = samlMetadata({ 'https://idp.example': [FIRST_KEY, SECOND_KEY] });
      const key = SECOND_KEY;
      return redeemBy(sandbox, { name: 'two-keys', metadata, issuer: 'https://idp.example', key });
    },
    answer: { ...taken, result: { Issuer: 'https://idp.example' } },
  },
  {
    section: METADATA,
    rule: 'takes several identity providers in one document, each by its own keys',
    confidence: 'documented',
    ask: (sandbox: TestSandboxAws): Promise<Answer> => {
      const metadata = samlMetadata({
        'https://one.example': [FIRST_KEY],
        'https://two.example': [SECOND_KEY],
      });
      return redeemBy(sandbox, {
        name: 'two-providers',
        metadata,
        issuer: 'https://two.example',
        key: SECOND_KEY,
      });
    },
    answer: { ...taken, result: { Issuer: 'https://two.example' } },
  },
  {
    section: METADATA,
    rule: 'refuses one identity provider of a document that signs for another',
    confidence: 'documented',
    ask: (sandbox: TestSandboxAws): Promise<Answer> => {
      const metadata = samlMetadata({
        'https://one.example': [FIRST_KEY],
        'https://two.example': [SECOND_KEY],
      });
      return redeemBy(sandbox, {
        name: 'two-providers',
        metadata,
        issuer: 'https://two.example',
        key: FIRST_KEY,
      });
    },
    answer: { ...invalid, message: 'Response signature invalid' },
  },
  {
    section: METADATA,
    rule: 'refuses every assertion once the document is past its validUntil',
    confidence: 'known',
    ask: (sandbox: TestSandboxAws): Promise<Answer> => {
      const key = FIRST_KEY;
      const metadata = samlMetadata({ 'https://idp.example': [key] }, ' validUntil="2026-01-01T00:00:00Z"');
      return redeemBy(sandbox, { name: 'expired', metadata, issuer: 'https://idp.example', key });
    },
    answer: invalid,
  },
  {
    section: METADATA,
    rule: 'calls a provider by its name in the key saml:doc',
    confidence: 'documented',
    ask: (sandbox: TestSandboxAws): Promise<Answer> => {
      const key = FIRST_KEY;
      const metadata = samlMetadata({ 'https://idp.example': [key] });
      const condition = { StringEquals: { 'saml:doc': `${DEVELOPMENT}/named_by.name-1` } };
      const name = 'named_by.name-1';
      return redeemBy(sandbox, { name, metadata, condition, issuer: 'https://idp.example', key });
    },
    answer: taken,
  },
];
