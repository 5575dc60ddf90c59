/** `/_sandbox`: bodies, queries and paths that no test of anybody's should send. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FuzzDoor, openFuzzDoor } from './door.ts';
import { fuzz } from './fuzz.ts';
import { formText, hostileText, spoils } from './hostile.ts';

let door: FuzzDoor;
beforeAll(async () => {
  door = await openFuzzDoor();
});
afterAll(() => door.close());

const ACCOUNT = '111122223333';
const TRUST = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' }],
};

/** What each address means to be sent, to be spoiled. */
const BODIES: Readonly<Record<string, unknown>> = {
  '/_sandbox/faults': [{ service: 'sts', action: 'AssumeRole', fault: 'latency', delayMs: 5, times: 1 }],
  '/_sandbox/clock': { offsetSeconds: 60 },
  '/_sandbox/play-lambda': {},
  '/_sandbox/explain': {
    principal: `arn:aws:iam::${ACCOUNT}:user/reports`,
    action: 's3:ListAllMyBuckets',
    resource: '*',
    context: { 'aws:SourceIp': ['10.0.0.1'] },
    sessionPolicy: { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } },
  },
  [`/_sandbox/organization/accounts/999900001111`]: { id: '999900001111', name: 'New', roles: [] },
  [`/_sandbox/organization/accounts/${ACCOUNT}/roles/Fuzz`]: { name: 'Fuzz', trustPolicy: TRUST },
  [`/_sandbox/organization/accounts/${ACCOUNT}/users/fuzz`]: { name: 'fuzz', tags: { a: 'b' }, policies: [] },
  [`/_sandbox/organization/accounts/${ACCOUNT}/buckets/fuzz`]: {
    name: 'fuzz',
    region: 'us-east-1',
    objects: {},
  },
  '/_sandbox/organization': { accounts: [{ id: ACCOUNT, name: 'Only' }] },
};

/** A value of a tree replaced, at random. */
const replaceOne = (value: unknown, at: number, by: unknown): unknown => {
  const places = JSON.stringify(value).split(/(?<=[:[,])/);
  const index = Math.floor(at * places.length);
  try {
    return JSON.parse(
      places
        .map((place, here) => (here === index ? place.replace(/^("[^"]*"|\d+)/, JSON.stringify(by)) : place))
        .join(''),
    );
  } catch {
    return by;
  }
};

const bodies = fc.constantFrom(...Object.entries(BODIES)).chain(([path, good]) =>
  fc.record({
    path: fc.oneof(
      { weight: 4, arbitrary: fc.constant(path) },
      {
        weight: 1,
        arbitrary: hostileText.map((text) =>
          `${path}/${encodeURIComponent(Buffer.from(text).toString('utf8'))}`.slice(0, 6_000),
        ),
      },
    ),
    method: fc.constantFrom('PUT', 'PUT', 'POST', 'DELETE', 'GET', 'PATCH'),
    body: fc.oneof(
      fc.constant(JSON.stringify(good)),
      spoils.map((change) => change(JSON.stringify(good))),
      fc
        .tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.oneof(hostileText, fc.jsonValue()))
        .map(([at, by]) => JSON.stringify(replaceOne(good, at, by))),
      fc.json(),
      fc.constantFrom('[', '{"a":', '- ', 'a: &a [*a]\n').map((text) => text.repeat(4_000)),
      fc.constant(
        'a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c]\n',
      ),
      hostileText,
    ),
    type: fc.constantFrom(
      'application/json',
      'application/json',
      'application/yaml',
      'text/plain',
      'application/json; charset=utf-7',
    ),
    ifMatch: fc.oneof(fc.constant(''), fc.constantFrom('*', '"x"', 'W/"1"', ','.repeat(500))),
  }),
);

describe('whatever is asked of the controls', () => {
  fuzz('a body is taken whole or refused with what is wrong', { from: bodies, runs: 600 }, async (input) => {
    const { path, method, body, type, ifMatch } = input;
    await door.fire({
      method,
      path,
      headers: { 'content-type': type, ...(ifMatch === '' ? {} : { 'if-match': ifMatch }) },
      ...(method === 'GET' ? {} : { body }),
    });
  });

  const looks = fc.record({
    path: fc.constantFrom(
      '/_sandbox/journal',
      '/_sandbox/mfa-code',
      '/_sandbox/explain',
      '/explain',
      '/_sandbox/faults',
    ),
    names: fc.array(fc.constantFrom('after', 'user', 'account', 'service', 'limit', '__proto__'), {
      maxLength: 3,
    }),
    value: hostileText,
    below: fc.oneof(fc.constant(''), hostileText),
  });
  fuzz('every look at it has an answer', { from: looks, runs: 400 }, (input) => {
    const query = formText(input.names.map((name) => [name, input.value] as const));
    const below =
      input.below === '' ? '' : `/${encodeURIComponent(Buffer.from(input.below).toString('utf8'))}`;
    return door.fire({ method: 'GET', path: `${input.path}${below}?${query}`.slice(0, 12_000) });
  });

  it('is a sandbox like before once the faults and the clock are put back', async () => {
    await door.fire({ method: 'DELETE', path: '/_sandbox/faults' });
    await door.fire({ method: 'DELETE', path: '/_sandbox/clock' });
    const { status } = await door.fire({
      method: 'POST',
      path: '/',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'Action=GetCallerIdentity&Version=2011-06-15',
    });
    expect(status).toBe(403);
    expect(door.outcomes.get('200')).toBeGreaterThan(3);
    expect(door.outcomes.get('400')).toBeGreaterThan(3);
  });
});
