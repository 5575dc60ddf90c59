import { afterAll, beforeAll } from 'vitest';
import { startSandboxAws, type TestSandboxAws } from '../support/start-sandbox-aws.ts';
import { assumeRoleWorld } from './assume-role-world.ts';
import { checkRules } from './rule.ts';
import { BUCKET_POLICY, SESSION_ROLES, SESSION_RULES } from './sessions-rules.ts';
import { TOKEN_RULES } from './sessions-token-rules.ts';

let sandbox: TestSandboxAws;
beforeAll(async () => {
  const world = assumeRoleWorld({ home: SESSION_ROLES, bucketPolicy: BUCKET_POLICY });
  sandbox = await startSandboxAws({ world: () => world });
});
afterAll(() => sandbox.close());

checkRules([...SESSION_RULES, ...TOKEN_RULES], () => sandbox);
