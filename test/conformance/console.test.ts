import { afterAll, beforeAll } from 'vitest';
import { startSandboxWithPages } from '../support/console-browser.ts';
import type { TestSandboxAws } from '../support/start-sandbox-aws.ts';
import { consoleLoginRules } from './console-login-rules.ts';
import { consoleSamlRules } from './console-saml-rules.ts';
import { consoleSessionRules } from './console-session-rules.ts';
import { checkRules } from './rule.ts';

let sandbox: TestSandboxAws;

beforeAll(async () => {
  sandbox = await startSandboxWithPages();
});
afterAll(() => sandbox.close());

checkRules([...consoleSessionRules, ...consoleLoginRules, ...consoleSamlRules], () => sandbox);
