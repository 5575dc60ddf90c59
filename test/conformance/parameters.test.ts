import { afterAll, beforeAll } from 'vitest';
import { startSandboxAws, type TestSandboxAws } from '../support/start-sandbox-aws.ts';
import { ASSUME_ROLE_RULES } from './parameter-assume-role-rules.ts';
import { PARAMETER_RULES } from './parameter-rules.ts';
import { TOKEN_PARAMETER_RULES } from './parameter-token-rules.ts';
import { checkRules } from './rule.ts';

let sandbox: TestSandboxAws;
beforeAll(async () => {
  sandbox = await startSandboxAws();
});
afterAll(() => sandbox.close());

checkRules([...ASSUME_ROLE_RULES, ...TOKEN_PARAMETER_RULES, ...PARAMETER_RULES], () => sandbox);
