/** Thousands of calls, each of them another: what the sandbox holds on to afterwards is what it held before. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BundledProgram, bundleProgram } from '../support/bundle-program.ts';
import { type FakeFederation, startFakeFederation } from '../support/fake-federation.ts';
import { signedRequest } from '../support/sign-request.ts';
import type { Credentials } from '../support/start-sandbox-aws.ts';
import { formText, type Pair } from './hostile.ts';
import { send, type Shot } from './shot.ts';

const MEGABYTE = 1_048_576;
const LONGEST_MS = 4_000;

let program: BundledProgram;
let federation: FakeFederation;
let child: ChildProcess;
let url: string;
let broker: Credentials;
let reports: Credentials;
const agent = new Agent({ keepAlive: true, maxSockets: 4 });

beforeAll(async () => {
  federation = await startFakeFederation();
  program = await bundleProgram(new URL('memory-program.ts', import.meta.url));
  child = fork(program.file, [federation.url], { execArgv: ['--expose-gc'], stdio: 'inherit' });
  const [started] = (await once(child, 'message')) as [
    { url: string; credentialFiles: Record<string, string> },
  ];
  ({ url } = started);
  broker = await readKey(started.credentialFiles['tools-broker']);
  reports = await readKey(started.credentialFiles['reports']);
});
afterAll(async () => {
  agent.destroy();
  const ended = once(child, 'exit');
  child.send('end');
  await ended;
  program.remove();
  await federation.close();
});

async function readKey(file = ''): Promise<Credentials> {
  const key = JSON.parse(await readFile(file, 'utf8')) as { AccessKeyId: string; SecretAccessKey: string };
  return { accessKeyId: key.AccessKeyId, secretAccessKey: key.SecretAccessKey };
}

async function heapMegabytes(): Promise<number> {
  const answer = once(child, 'message');
  child.send('heap');
  const [{ heap }] = (await answer) as [{ heap: number }];
  return heap / MEGABYTE;
}

/** It has a bound of its own, and a test of its own. */
async function emptyJournal(): Promise<void> {
  await send(url, { method: 'DELETE', path: '/_sandbox/journal' }, agent);
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

function unsigned(pairs: readonly Pair[], path = '/'): Shot {
  return { method: 'POST', path, headers: FORM, body: formText(pairs) };
}

function signed(credentials: Credentials, service: string, pairs: readonly Pair[]): Shot {
  const body = formText(pairs);
  const { init } = signedRequest(url, { credentials, at: new Date(), service, body });
  return { method: 'POST', path: '/', headers: init.headers as Record<string, string>, body };
}

/** One of each kind, and nothing in it that was there before: whatever is remembered by its name shows. */
async function callsOf(index: number): Promise<readonly Shot[]> {
  const version: Pair = ['Version', '2011-06-15'];
  const role: Pair = ['RoleArn', `arn:aws:iam::444455556666:role/Nobody${index}`];
  const policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action: `s3:Get${index}*`, Resource: `arn:aws:s3:::bucket-${index}/*` },
  });
  const provider = 'arn:aws:iam::222233334444:saml-provider/daypass';
  const developer = 'arn:aws:iam::222233334444:role/Developer';
  const saml = federation.saml({ roleArn: developer, providerArn: provider, sessionName: `erin.${index}` });
  const token = await federation.token({
    issuer: `${federation.url}/unknown/${index}`,
    claims: { sub: `u-${index}` },
  });
  return [
    signed(broker, 'sts', [
      ['Action', 'AssumeRole'],
      version,
      ['RoleArn', 'arn:aws:iam::444455556666:role/Ec2Operator'],
      ['RoleSessionName', `session-${index}`],
      ['Policy', policy],
    ]),
    signed(reports, 'sts', [
      ['Action', 'GetFederationToken'],
      version,
      ['Name', `name-${index}`],
      ['Policy', policy],
    ]),
    signed(broker, 'sts', [['Action', 'AssumeRole'], version, role, ['RoleSessionName', 'nobody']]),
    signed(reports, 'ec2', [
      ['Action', `Nothing${index}`],
      ['Version', '2016-11-15'],
    ]),
    signed({ ...reports, accessKeyId: `AKIA${String(index).padStart(16, '0')}` }, 'sts', [
      ['Action', 'GetCallerIdentity'],
      version,
    ]),
    unsigned([
      ['Action', 'AssumeRoleWithSAML'],
      version,
      ['RoleArn', developer],
      ['PrincipalArn', provider],
      ['SAMLAssertion', saml],
    ]),
    unsigned([
      ['Action', 'AssumeRoleWithWebIdentity'],
      version,
      role,
      ['RoleSessionName', 'nobody'],
      ['WebIdentityToken', token],
    ]),
    unsigned(
      [
        ['Action', 'getSigninToken'],
        ['Session', `{"sessionId":"${index}"}`],
      ],
      '/federation',
    ),
    { method: 'GET', path: `/console/page-${index}?x=${index}`, headers: { cookie: `console=${index}` } },
    { method: 'GET', path: `/nothing-${index}`, headers: { 'user-agent': `agent-${index}` } },
  ];
}

/** So many rounds of ten calls; fewer where the machine is slow, but never fewer than half. */
async function makeCalls(from: number, rounds: number): Promise<void> {
  const deadline = performance.now() + LONGEST_MS;
  for (let done = 0; done < rounds && (done < rounds / 2 || performance.now() < deadline); done += 1) {
    const shots = await callsOf(from + done);
    const seen = await Promise.all(shots.map((shot) => send(url, shot, agent)));
    const statuses = seen.map(({ status }) => status);
    expect(statuses).toEqual([
      200,
      200,
      403,
      400,
      403,
      200,
      400,
      400,
      expect.any(Number),
      expect.any(Number),
    ]);
  }
}

describe('after thousands of calls', () => {
  it('the sandbox holds no more than before', async () => {
    await makeCalls(0, 40);
    await emptyJournal();
    const before = await heapMegabytes();
    await makeCalls(40, 300);
    await emptyJournal();
    const after = await heapMegabytes();
    expect(after - before).toBeLessThan(3);
  }, 60_000);

  it('a journal of the longest entries that anybody can make keeps within its bounds', async () => {
    const before = await heapMegabytes();
    // One letter outside Latin-1 makes a text twice as large in memory.
    const long = `\u0100${'x'.repeat(5_000)}`;
    for (let index = 0; index < 270; index += 1) {
      const ids = Array.from({ length: 64 }, (_, at): Pair => [`InstanceId.${at}`, `${index}-${at}-${long}`]);
      await send(url, signed(reports, 'ec2', [['Action', long], ['Version', '2016-11-15'], ...ids]), agent);
    }
    const grown = (await heapMegabytes()) - before;
    await emptyJournal();
    expect(grown).toBeLessThan(140);
    expect((await heapMegabytes()) - before).toBeLessThan(3);
  }, 60_000);
});
