import { afterAll, beforeAll } from 'vitest';
import { startSandboxAws, type TestSandboxAws } from '../support/start-sandbox-aws.ts';
import { assumeRoleWorld } from './assume-role-world.ts';
import { DECODE_ROLES, DECODE_RULES } from './decode-rules.ts';
import { checkRules } from './rule.ts';

let sandbox: TestSandboxAws;
beforeAll(async () => {
  sandbox = await startSandboxAws({ world: () => assumeRoleWorld({ home: DECODE_ROLES }) });
});
afterAll(() => sandbox.close());

checkRules(DECODE_RULES, () => sandbox);
