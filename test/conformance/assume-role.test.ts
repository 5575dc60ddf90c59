import { afterAll, beforeAll } from 'vitest';
import { startSandboxAws, type TestSandboxAws } from '../support/start-sandbox-aws.ts';
import { LIMIT_ROLES, LIMIT_RULES } from './assume-role-limits-rules.ts';
import { ORDER_RULES } from './assume-role-order-rules.ts';
import { PRINCIPAL_RULES } from './assume-role-principals-rules.ts';
import { SOURCE_IDENTITY_RULES } from './assume-role-source-identity-rules.ts';
import { TAG_ROLES, TAG_RULES } from './assume-role-tags-rules.ts';
import { TRUST_RULES, TRUSTING_ROLES } from './assume-role-rules.ts';
import { ABROAD, assumeRoleWorld, HOME, role } from './assume-role-world.ts';
import { checkRules } from './rule.ts';

let sandbox: TestSandboxAws;
beforeAll(async () => {
  const home = [...TRUSTING_ROLES, ...LIMIT_ROLES, ...TAG_ROLES];
  const abroad = [role('Abroad', { principal: { AWS: [ABROAD, HOME] } })];
  sandbox = await startSandboxAws({ world: () => assumeRoleWorld({ home, abroad }) });
});
afterAll(() => sandbox.close());

checkRules(
  [
    ...TRUST_RULES,
    ...PRINCIPAL_RULES,
    ...ORDER_RULES,
    ...LIMIT_RULES,
    ...TAG_RULES,
    ...SOURCE_IDENTITY_RULES,
  ],
  () => sandbox,
);
