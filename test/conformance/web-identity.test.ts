import { afterAll, beforeAll } from 'vitest';
import { startSandboxAws, type TestSandboxAws } from '../support/start-sandbox-aws.ts';
import { checkRules } from './rule.ts';
import { prepareWebIdentity } from './web-identity-ask.ts';
import { WEB_IDENTITY_KEY_RULES } from './web-identity-key-rules.ts';
import { WEB_IDENTITY_PROVIDER_RULES } from './web-identity-provider-rules.ts';
import { WEB_IDENTITY_TEXT_RULES } from './web-identity-text-rules.ts';
import {
  WEB_IDENTITY_ROLES_RULES,
  WEB_IDENTITY_TAG_RULES,
  WEB_IDENTITY_TOKEN_RULES,
} from './web-identity-token-rules.ts';

let sandbox: TestSandboxAws;
beforeAll(async () => {
  sandbox = await startSandboxAws();
  prepareWebIdentity(sandbox);
});
afterAll(() => sandbox.close());

checkRules(
  [
    ...WEB_IDENTITY_PROVIDER_RULES,
    ...WEB_IDENTITY_TOKEN_RULES,
    ...WEB_IDENTITY_TAG_RULES,
    ...WEB_IDENTITY_ROLES_RULES,
    ...WEB_IDENTITY_KEY_RULES,
    ...WEB_IDENTITY_TEXT_RULES,
  ],
  () => sandbox,
);
