import { afterAll, beforeAll } from 'vitest';
import { startSandboxAws, type TestSandboxAws } from '../support/start-sandbox-aws.ts';
import { ORGANIZATION_QUOTA_RULES } from './organization-quota-rules.ts';
import { ORGANIZATION_RULES } from './organization-rules.ts';
import { checkRules } from './rule.ts';

let sandbox: TestSandboxAws;
beforeAll(async () => {
  sandbox = await startSandboxAws();
});
afterAll(() => sandbox.close());

checkRules([...ORGANIZATION_RULES, ...ORGANIZATION_QUOTA_RULES], () => sandbox);
