import { afterAll, beforeAll } from 'vitest';
import { startSandboxAws, type TestSandboxAws } from '../support/start-sandbox-aws.ts';
import { assumeRoleWorld } from './assume-role-world.ts';
import { IDENTITY_ROLES, IDENTITY_RULES, ROLES_ABROAD } from './identity-rules.ts';
import { checkRules } from './rule.ts';

let sandbox: TestSandboxAws;
beforeAll(async () => {
  const world = assumeRoleWorld({ home: IDENTITY_ROLES, abroad: ROLES_ABROAD });
  sandbox = await startSandboxAws({ world: () => world });
});
afterAll(() => sandbox.close());

checkRules(IDENTITY_RULES, () => sandbox);
