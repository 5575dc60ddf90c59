import { afterAll, beforeAll } from 'vitest';
import { startSandboxAws, type TestSandboxAws } from '../support/start-sandbox-aws.ts';
import { assumeRoleWorld } from './assume-role-world.ts';
import { CONTEXT_ROLES, CONTEXT_RULES } from './context-rules.ts';
import { checkRules } from './rule.ts';

let sandbox: TestSandboxAws;
beforeAll(async () => {
  sandbox = await startSandboxAws({ world: () => assumeRoleWorld({ home: CONTEXT_ROLES }) });
});
afterAll(() => sandbox.close());

checkRules(CONTEXT_RULES, () => sandbox);
