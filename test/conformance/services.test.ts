import { afterAll, beforeAll } from 'vitest';
import { startSandboxAws, type TestSandboxAws } from '../support/start-sandbox-aws.ts';
import { checkRules } from './rule.ts';
import { EC2_RULES } from './services-ec2-rules.ts';
import { IAM_RULES } from './services-iam-rules.ts';
import { ORGANIZATIONS_RULES } from './services-organizations-rules.ts';
import { S3_LISTING_RULES } from './services-s3-listing-rules.ts';
import { S3_OBJECT_RULES } from './services-s3-object-rules.ts';
import { servicesWorld } from './services-world.ts';

let sandbox: TestSandboxAws;
beforeAll(async () => {
  sandbox = await startSandboxAws({ world: servicesWorld });
});
afterAll(() => sandbox.close());

checkRules(
  [...IAM_RULES, ...ORGANIZATIONS_RULES, ...S3_LISTING_RULES, ...S3_OBJECT_RULES, ...EC2_RULES],
  () => sandbox,
);
