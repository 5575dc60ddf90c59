import { afterAll, beforeAll } from 'vitest';
import { startSandboxAws, type TestSandboxAws } from '../support/start-sandbox-aws.ts';
import { assumeRoleWorld } from './assume-role-world.ts';
import { checkRules } from './rule.ts';
import { MFA_ROLES, MFA_RULES } from './user-sessions-mfa-rules.ts';
import { USER_SESSION_ROLES, USER_SESSION_RULES } from './user-sessions-rules.ts';

let sandbox: TestSandboxAws;
beforeAll(async () => {
  const home = [...USER_SESSION_ROLES, ...MFA_ROLES];
  sandbox = await startSandboxAws({ world: () => assumeRoleWorld({ home }) });
});
afterAll(() => sandbox.close());

checkRules([...USER_SESSION_RULES, ...MFA_RULES], () => sandbox);
