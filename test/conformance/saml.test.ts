import { afterAll, beforeAll } from 'vitest';
import { startSandboxAws, type TestSandboxAws } from '../support/start-sandbox-aws.ts';
import { checkRules } from './rule.ts';
import { prepareSaml } from './saml-ask.ts';
import { SAML_KEY_RULES, SAML_LATER_RULES, SAML_RESULT_RULES } from './saml-key-rules.ts';
import { SAML_METADATA_RULES } from './saml-metadata-rules.ts';
import { SAML_REFUSAL_RULES, SAML_TAG_RULES } from './saml-refusal-rules.ts';
import { SAML_RESPONSE_RULES } from './saml-response-rules.ts';
import { SAML_ENCRYPTION_RULES, SAML_SIGNATURE_RULES } from './saml-signature-rules.ts';
import { SAML_TIME_RULES } from './saml-time-rules.ts';

let sandbox: TestSandboxAws;
beforeAll(async () => {
  sandbox = await startSandboxAws();
  prepareSaml(sandbox);
});
afterAll(() => sandbox.close());

checkRules(
  [
    ...SAML_RESPONSE_RULES,
    ...SAML_TIME_RULES,
    ...SAML_SIGNATURE_RULES,
    ...SAML_ENCRYPTION_RULES,
    ...SAML_METADATA_RULES,
    ...SAML_REFUSAL_RULES,
    ...SAML_TAG_RULES,
    ...SAML_RESULT_RULES,
    ...SAML_KEY_RULES,
    ...SAML_LATER_RULES,
  ],
  () => sandbox,
);
