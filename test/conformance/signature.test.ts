import { afterAll, beforeAll } from 'vitest';
import { startSandboxAws, type TestSandboxAws } from '../support/start-sandbox-aws.ts';
import { checkRules } from './rule.ts';
import { SIGNATURE_COVER_RULES } from './signature-cover-rules.ts';
import { SIGNATURE_FORM_RULES } from './signature-form-rules.ts';
import { SIGNATURE_QUERY_RULES } from './signature-query-rules.ts';

let sandbox: TestSandboxAws;
beforeAll(async () => {
  sandbox = await startSandboxAws();
});
afterAll(() => sandbox.close());

checkRules([...SIGNATURE_FORM_RULES, ...SIGNATURE_COVER_RULES, ...SIGNATURE_QUERY_RULES], () => sandbox);
