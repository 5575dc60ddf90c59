/** The package as it would be published, in a project of somebody else's: what it ships, runs and promises. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { transform } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT_DIR } from '../support/start-test-broker.ts';

const run = promisify(execFile);
let project: string;
let packed: string[];

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'uses-daypass-'));
  await run('npm', ['run', '--silent', 'build:types'], { cwd: ROOT_DIR });
  // What is built was built for this run of the tests already.
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', project], {
    cwd: ROOT_DIR,
    maxBuffer: 16_000_000,
  });
  const [archive] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
  packed = archive.files.map(({ path }) => path);
  const installed = join(project, 'node_modules/daypass');
  await mkdir(installed, { recursive: true });
  await run('tar', ['-xzf', join(project, archive.filename), '--strip-components=1', '-C', installed]);
  // The registry's part: everything that it depends on.
  await symlink(join(ROOT_DIR, 'node_modules'), join(installed, 'node_modules'));
  for (const name of ['@types', '@aws-sdk']) {
    await symlink(join(ROOT_DIR, 'node_modules', name), join(project, 'node_modules', name));
  }
  await writeFile(join(project, 'package.json'), '{ "type": "module" }');
  await writeFile(join(project, 'uses.ts'), PROGRAM);
}, 120_000);
afterAll(() => rm(project, { recursive: true }));

const PROGRAM = `
import { STSClient, AssumeRoleCommand } from '@aws-sdk/client-sts';
import { OrganizationError, startSandbox, type OrganizationDocument } from 'daypass/sandbox';

const ACCOUNT = '123456789012';
const trusting = (name: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: \`arn:aws:iam::\${ACCOUNT}:user/\${name}\` }, Action: 'sts:AssumeRole' }],
});
const organization: OrganizationDocument = {
  accounts: [{ id: ACCOUNT, name: 'Mine', users: [{ name: 'ci', mfa: true }] }],
};
const sandbox = await startSandbox({ organization });
const told: Record<string, unknown> = {};
const assume = async () => {
  const client = new STSClient({
    region: 'us-east-1',
    endpoint: sandbox.awsUrl,
    credentials: sandbox.credentialsOf(ACCOUNT, 'ci'),
    maxAttempts: 1,
  });
  const RoleArn = \`arn:aws:iam::\${ACCOUNT}:role/Deployer\`;
  try {
    const answer = await client.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'build-1' }));
    return answer.AssumedRoleUser?.Arn;
  } catch (error) {
    return (error as Error).name;
  } finally {
    client.destroy();
  }
};
try {
  told['before'] = await assume();
  sandbox.organization.put(ACCOUNT, 'roles', { name: 'Deployer', trustPolicy: trusting('ci') });
  told['after'] = await assume();
  try {
    sandbox.organization.put(ACCOUNT, 'roles', { name: 'Deployer', trustPolicy: trusting('nobody') });
  } catch (error) {
    told['refused'] = error instanceof OrganizationError && error.problems.map(({ message }) => message);
  }
  sandbox.faults.replace([{ service: 'sts', fault: 'throttle', times: 1 }]);
  told['throttled'] = await assume();
  told['mfa'] = sandbox.mfaCodeOf(ACCOUNT, 'ci').length;
  sandbox.clockOffsetSeconds = 3600;
  told['skewed'] = await assume();
  told['journal'] = sandbox.journal.entries().map(({ action, result }) => [action, result.code]);
  sandbox.journal.clear();
  told['cleared'] = sandbox.journal.entries().length;
  const page = await fetch(sandbox.awsUrl, { headers: { accept: 'text/html' } });
  told['page'] = page.status;
} finally {
  await sandbox.close();
}
told['closed'] = await fetch(sandbox.awsUrl).then(() => 'open', () => 'closed');
console.log(JSON.stringify(told));
`;

describe('the package', () => {
  it('holds what the sandbox needs, and nothing of its making', () => {
    expect(packed).toEqual(
      expect.arrayContaining([
        'package.json',
        'LICENSE',
        'README.md',
        'dist/sandbox.js',
        'dist/sandbox-run.js',
        'dist/types/sandbox/library.d.ts',
        'src/sandbox/organization.yaml',
        'views/sandbox/front-page.ejs',
        'public/sandbox/sandbox.css',
      ]),
    );
    expect(packed.filter((path) => /^(?:src|test|bench|data|node_modules|dist\/bench)\//.test(path))).toEqual(
      ['src/sandbox/organization.yaml'],
    );
  });

  it('keeps the promises of its types in a strict project', async () => {
    const options = ['--strict', '--exactOptionalPropertyTypes', '--noEmit', '--target', 'es2023'];
    const program = [join(ROOT_DIR, 'node_modules/typescript/bin/tsc'), '--ignoreConfig', ...options];
    const { stdout } = await run(
      process.execPath,
      [...program, '--lib', 'es2023', '--module', 'nodenext', '--types', 'node', '--skipLibCheck', 'uses.ts'],
      { cwd: project },
    ).catch((error: unknown) => error as { stdout: string });
    expect(stdout).toBe('');
  });

  it('starts a sandbox in the program that imports it', async () => {
    const { code } = await transform(PROGRAM, { loader: 'ts', format: 'esm' });
    await writeFile(join(project, 'uses.js'), code);
    const { stdout } = await run(process.execPath, [join(project, 'uses.js')], { cwd: project });
    expect(JSON.parse(stdout)).toEqual({
      before: 'AccessDenied',
      after: 'arn:aws:sts::123456789012:assumed-role/Deployer/build-1',
      refused: ['Invalid principal in policy: "AWS":"arn:aws:iam::123456789012:user/nobody"'],
      throttled: 'Throttling',
      mfa: 6,
      skewed: 'SignatureDoesNotMatch',
      journal: [
        ['AssumeRole', 'AccessDenied'],
        ['AssumeRole', 'Success'],
        ['AssumeRole', 'Throttling'],
        ['AssumeRole', 'SignatureDoesNotMatch'],
      ],
      cleared: 0,
      page: 200,
      closed: 'closed',
    });
  });
});
