import { afterAll, beforeAll } from 'vitest';
import { startSandboxAws, type TestSandboxAws } from '../support/start-sandbox-aws.ts';
import { ANSWER_RULES } from './answer-rules.ts';
import { FAULT_RULES } from './fault-rules.ts';
import { PROTOCOL_RULES } from './protocol-rules.ts';
import { checkRules } from './rule.ts';

let sandbox: TestSandboxAws;
beforeAll(async () => {
  sandbox = await startSandboxAws();
});
afterAll(() => sandbox.close());

checkRules([...PROTOCOL_RULES, ...ANSWER_RULES, ...FAULT_RULES], () => sandbox);
