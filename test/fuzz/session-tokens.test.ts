/** Session tokens and keys of temporary credentials, spoiled, and put together from two sessions. */
import fc from 'fast-check';
import { beforeAll, afterAll, describe, expect, it } from 'vitest';
import type { Credentials } from '../support/start-sandbox-aws.ts';
import { type FuzzDoor, openFuzzDoor } from './door.ts';
import { fuzz } from './fuzz.ts';
import { formText, hostileText, spoils } from './hostile.ts';
import { signedShot } from './signed-shot.ts';

let door: FuzzDoor;
let sessions: readonly Required<Credentials>[];

beforeAll(async () => {
  door = await openFuzzDoor();
  sessions = [await newSession('reports'), await newSession('tools')];
});
afterAll(() => door.close());

async function newSession(source: string): Promise<Required<Credentials>> {
  const body = 'Action=GetSessionToken&Version=2011-06-15';
  const { text } = await door.fire(signedShot(door, { credentials: door.keyOf(source), body }));
  const member = (name: string): string => new RegExp(`<${name}>(.*?)</${name}>`).exec(text)?.[1] ?? '';
  return {
    accessKeyId: member('AccessKeyId'),
    secretAccessKey: member('SecretAccessKey'),
    sessionToken: member('SessionToken'),
  };
}

const BODY = 'Action=GetCallerIdentity&Version=2011-06-15';
const latin = (text: string): string => text.replace(/[^\u0021-\u007e\u00a0-\u00ff]/g, '?').slice(0, 9_000);

type Change = (text: string) => string;

/** Spoiled as text, or as the bytes that it encodes. */
const change: fc.Arbitrary<Change> = fc.oneof(
  spoils,
  hostileText.map(
    (text): Change =>
      () =>
        text,
  ),
  fc
    .tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.integer({ min: 1, max: 255 }))
    .map(([at, bits]): Change => (text) => {
      const bytes = Buffer.from(text, 'base64');
      const index = Math.floor(at * bytes.length);
      bytes[index] = (bytes[index] ?? 0) ^ bits;
      return bytes.toString('base64');
    }),
  fc.constantFrom<Change>(
    (text) => Buffer.from(text, 'base64').toString('base64url'),
    (text) => `${text}=`,
    (text) => text.slice(0, 16),
    (text) => text.slice(0, 37),
    (text) => text.repeat(12),
  ),
);
const spoiled = fc.record({
  token: change,
  part: fc.constantFrom('sessionToken', 'sessionToken', 'accessKeyId'),
  service: fc.constantFrom('sts', 'ec2', 's3'),
});

describe('whatever a session token is', () => {
  fuzz('only the whole one with its own key is taken', { from: spoiled, runs: 900 }, async (input) => {
    const [good] = sessions;
    if (good === undefined) throw new Error('no session');
    const credentials = { ...good, [input.part]: latin(input.token(good[input.part as 'sessionToken'])) };
    const body = input.service === 'sts' ? BODY : 'Action=DescribeInstances&Version=2016-11-15';
    const seen = await door.fire(signedShot(door, { credentials, service: input.service, body }));
    const isWhole = credentials[input.part as 'sessionToken'] === good[input.part as 'sessionToken'];
    if (!isWhole) expect(seen.status).toBeGreaterThanOrEqual(400);
  });

  fuzz('the console asks no less of it', { from: change, runs: 300 }, async (input) => {
    const [good] = sessions;
    const token = input(good?.sessionToken ?? '');
    const session = {
      sessionId: good?.accessKeyId,
      sessionKey: good?.secretAccessKey,
      sessionToken: token,
    };
    const body = formText([
      ['Action', 'getSigninToken'],
      ['Session', JSON.stringify(session)],
    ]);
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const seen = await door.fire({ method: 'POST', path: '/federation', headers, body });
    expect(seen.status).toBe(400);
  });

  it('takes neither the key of one session with the token of another nor a token alone', async () => {
    const [one, other] = sessions;
    if (one === undefined || other === undefined) throw new Error('no sessions');
    const mixed = { ...one, sessionToken: other.sessionToken };
    expect((await door.fire(signedShot(door, { credentials: one, body: BODY }))).status).toBe(200);
    expect((await door.fire(signedShot(door, { credentials: mixed, body: BODY }))).status).toBe(403);
    const longTerm = { ...door.keyOf('reports'), sessionToken: one.sessionToken };
    expect((await door.fire(signedShot(door, { credentials: longTerm, body: BODY }))).status).toBe(403);
  });
});
