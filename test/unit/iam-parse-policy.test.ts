import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../src/iam/parse-policy.ts';
import { POLICY_KINDS } from '../../src/iam/policy.ts';
import { messageOf, oneStatement, STATEMENT, withCondition } from './iam-policy-texts.ts';

describe('a policy document', () => {
  it('is read with everything in it', () => {
    const policy = parsePolicy(
      JSON.stringify({
        Version: '2012-10-17',
        Id: 'one',
        Statement: [
          { Sid: 'Read', Effect: 'Allow', Action: ['s3:Get*', 's3:List*'], Resource: 'arn:aws:s3:::a/*' },
          {
            Effect: 'Deny',
            NotAction: 's3:*',
            NotResource: ['*'],
            Condition: { Bool: { 'aws:SecureTransport': false } },
          },
        ],
      }),
      'identity',
    );
    expect(policy).toMatchObject({ kind: 'identity', version: '2012-10-17', id: 'one' });
    const [first, second] = policy.statements;
    expect(first).toMatchObject({ sid: 'Read', effect: 'Allow', principals: undefined });
    expect(first?.actions.patterns.map(({ text }) => text)).toEqual(['s3:Get*', 's3:List*']);
    expect(second).toMatchObject({
      effect: 'Deny',
      actions: { negated: true },
      resources: { negated: true },
    });
    expect(second?.conditions).toMatchObject([{ operator: 'Bool', key: 'aws:SecureTransport' }]);
  });

  it('may have one statement without a list, and no version', () => {
    const policy = parsePolicy(JSON.stringify({ Statement: STATEMENT }), 'session');
    expect(policy.version).toBe('2008-10-17');
    expect(policy.statements).toHaveLength(1);
  });

  it.each([
    ['', 'line 1, column 1: write a JSON value here'],
    ['null', 'Policy: write a JSON object'],
    ['[]', 'Policy: write a JSON object'],
    ['"text"', 'Policy: write a JSON object'],
    ['{', 'line 1, column 2: write a name in double quotes here'],
    ['{"Version":\n "2012-10-17",}', 'line 2, column 15: write a name in double quotes here'],
    ['{"Version" "2012-10-17"}', 'line 1, column 12: write : here'],
    ['{"Statement":[1 2]}', 'line 1, column 17: write ] here'],
    ['{"Id":01}', 'line 1, column 8: write } here'],
    [
      '{"Id":"\u0009"}',
      'line 1, column 7: this text has no end, a wrong escape, or a character that needs one',
    ],
    ['{"Id":"\\x"}', 'line 1, column 7: this text has no end, a wrong escape, or a character that needs one'],
    ['{"Id":"a', 'line 1, column 7: this text has no end, a wrong escape, or a character that needs one'],
    ['{} {}', 'line 1, column 4: nothing may follow the policy'],
    [
      '{"Version":"2012-10-17","Version":"2008-10-17"}',
      'line 1, column 34: "Version" stands twice in one object',
    ],
    [
      '{"a":'.repeat(9) + '1' + '}'.repeat(9),
      'line 1, column 41: nested deeper than a policy can be (8 levels)',
    ],
    ['['.repeat(20_000), 'line 1, column 9: nested deeper than a policy can be (8 levels)'],
    [' '.repeat(20_481), 'Policy: longer than 20480 characters'],
    ['\ufeff{}', 'Policy: write characters up to U+00FF only; escape others as \\uXXXX'],
    ['{"__proto__":{}}', 'Policy: has no element "__proto__"; it has Version, Id, Statement'],
    ['{"statement":[]}', 'Policy: has no element "statement"; it has Version, Id, Statement'],
    ['{"Version":"2012-10-17"}', 'Policy: needs a Statement'],
    ['{"Statement":[]}', 'Statement: needs at least one statement'],
    ['{"Statement":"all"}', 'Statement: write a JSON object'],
    ['{"Statement":[7]}', 'Statement[0]: write a JSON object'],
    ['{"Version":"2026-01-01","Statement":[]}', 'Version: write "2012-10-17"'],
    ['{"Version":20121017,"Statement":[]}', 'Version: write "2012-10-17"'],
    ['{"Id":7,"Statement":[]}', 'Id: write a text'],
  ])('%j is refused with its place', (text, message) => {
    expect(messageOf(text)).toBe(message);
  });

  it('refuses a repeated Sid and a repeated element, wherever a reader might believe the other one', () => {
    const twice = JSON.stringify({ Statement: [STATEMENT, STATEMENT].map((one) => ({ ...one, Sid: 'A' })) });
    expect(messageOf(twice)).toBe('Statement[1].Sid: "A" is taken; a Sid is unique');
    const effects = '{"Statement":{"Effect":"Deny","Effect":"Allow","Action":"*","Resource":"*"}}';
    expect(messageOf(effects)).toContain('"Effect" stands twice in one object');
  });

  it.each(POLICY_KINDS)('A06: never fails in any other way than with its own error: %s', (kind) => {
    const token = fc.constantFrom(
      ...['{', '}', '[', ']', ',', ':', '"', '\\', '1', '-', 'true', 'null', ' ', '"Statement"', '"Effect"'],
      ...['"Allow"', '"Action"', '"*"', '"Condition"', '"StringLike"', '"aws:x"', '"${a"', '"Principal"'],
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 40 }), (tokens) => {
        expect(messageOf(tokens.join(''), kind)).not.toBe('');
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(messageOf(text, kind)).not.toBe('accepted');
      }),
      { numRuns: 300 },
    );
  });

  it('keeps what it quotes of a policy short', () => {
    expect(messageOf(oneStatement({ Effect: 'x', ['y'.repeat(10_000)]: 1 })).length).toBeLessThan(300);
    expect(messageOf(withCondition({ ['z'.repeat(10_000)]: {} })).length).toBeLessThan(300);
  });
});

describe('a statement', () => {
  it.each([
    [{ Effect: 'allow' }, 'Statement[0].Effect: write "Allow" or "Deny"'],
    [{ Effect: ['Allow'] }, 'Statement[0].Effect: write "Allow" or "Deny"'],
    [{ Sid: 7 }, 'Statement[0].Sid: write a text'],
    [{ Sid: 'a b' }, 'Statement[0].Sid: write letters and digits only'],
    [{ NotAction: 's3:*' }, 'Statement[0]: write Action or NotAction, not both'],
    [{ Action: [] }, 'Statement[0].Action: write a text, or a list of at least one'],
    [{ Action: {} }, 'Statement[0].Action: write a text, or a list of at least one'],
    [{ Action: ['s3:GetObject', 7] }, 'Statement[0].Action[1]: write a text'],
    [{ Action: 'GetObject' }, 'Statement[0].Action: write "*" or "service:Action", not "GetObject"'],
    [{ Action: 's3:Get:Object' }, 'Statement[0].Action: write "*" or "service:Action", not "s3:Get:Object"'],
    [{ Action: '*:GetObject' }, 'Statement[0].Action: write "*" or "service:Action", not "*:GetObject"'],
    [{ Action: 's3:${aws:x}' }, 'Statement[0].Action: write "*" or "service:Action", not "s3:${aws:x}"'],
    [{ NotResource: '*' }, 'Statement[0]: write Resource or NotResource, not both'],
    [{ Resource: 'bucket/*' }, 'Statement[0].Resource: write "*" or an ARN, not "bucket/*"'],
    [{ Resource: '' }, 'Statement[0].Resource: write "*" or an ARN, not ""'],
    [
      { Resource: 'arn:aws:s3:::a:${' },
      'Statement[0].Resource: the variable in "arn:aws:s3:::a:${" has no }',
    ],
    [{ Resource: 'arn:aws:s3' }, 'Statement[0].Resource: write "*" or an ARN, not "arn:aws:s3"'],
    [{ Resource: 'arn:aws:*:::a' }, 'Statement[0].Resource: write "*" or an ARN, not "arn:aws:*:::a"'],
    [{ Resource: 'arn:aws:s*:::a' }, 'Statement[0].Resource: write "*" or an ARN, not "arn:aws:s*:::a"'],
    [{ Resource: 'arn:*' }, 'Statement[0].Resource: write "*" or an ARN, not "arn:*"'],
    [{ Resource: 'arn::s3:::a' }, 'Statement[0].Resource: write "*" or an ARN, not "arn::s3:::a"'],
    [{ Resource: '${aws:username}' }, 'Statement[0].Resource: write "*" or an ARN, not "${aws:username}"'],
    [
      { Principal: '*' },
      'Statement[0].Principal: leave it out: this policy is attached to who acts, and applies to them',
    ],
    [
      { NotPrincipal: '*' },
      'Statement[0].NotPrincipal: leave it out: this policy is attached to who acts, and applies to them',
    ],
    [
      { Resources: '*' },
      'Statement[0]: has no element "Resources"; it has Sid, Effect, Principal, NotPrincipal, Action, NotAction, Resource, NotResource, Condition',
    ],
    [
      { constructor: 1 },
      'Statement[0]: has no element "constructor"; it has Sid, Effect, Principal, NotPrincipal, Action, NotAction, Resource, NotResource, Condition',
    ],
  ])('of an identity policy is refused with %j', (more, message) => {
    for (const kind of ['identity', 'session', 'boundary', 'service-control'] as const)
      expect(messageOf(oneStatement(more), kind)).toBe(message);
  });

  it('needs an action and a resource', () => {
    expect(messageOf('{"Statement":{"Effect":"Allow","Resource":"*"}}')).toBe('Statement: needs an Action');
    expect(messageOf('{"Statement":{"Effect":"Allow","Action":"*"}}')).toBe('Statement: needs a Resource');
    expect(messageOf('{"Statement":{"Action":"*","Resource":"*"}}')).toBe(
      'Statement.Effect: write "Allow" or "Deny"',
    );
  });

  it.each([
    [{ Principal: undefined }, 'Statement[0]: needs a Principal'],
    [{ Resource: '*' }, 'Statement[0].Resource: leave it out: the role itself is the resource'],
    [{ NotResource: '*' }, 'Statement[0].NotResource: leave it out: the role itself is the resource'],
    [{ NotPrincipal: '*' }, 'Statement[0]: write Principal or NotPrincipal, not both'],
    [{ Action: '*' }, 'Statement[0].Action: a trust policy speaks of sts: actions only, not "*"'],
    [
      { Action: 's3:GetObject' },
      'Statement[0].Action: a trust policy speaks of sts: actions only, not "s3:GetObject"',
    ],
    [
      { Principal: undefined, NotPrincipal: { AWS: '111122223333' } },
      'Statement[0].NotPrincipal: name who is allowed with Principal; NotPrincipal goes with "Deny" alone',
    ],
  ])('of a trust policy is refused with %j', (more, message) => {
    expect(messageOf(oneStatement(more, 'trust'), 'trust')).toBe(message);
  });

  it.each([
    [{}, 'accepted'],
    [{ Effect: 'Allow' }, 'Statement[0].Effect: write "Deny": only AWS’s own RCPFullAWSAccess allows'],
    [
      { Principal: { AWS: '111122223333' } },
      'Statement[0]: write "Principal": "*"; Condition narrows whom it binds',
    ],
    [
      { Principal: undefined, NotPrincipal: '*' },
      'Statement[0]: write "Principal": "*"; Condition narrows whom it binds',
    ],
    [{ Principal: undefined }, 'Statement[0]: needs a Principal'],
    [{ Action: undefined, NotAction: 's3:*' }, 'Statement[0].NotAction: write Action instead'],
  ])('of a resource control policy with %j: %s', (more, message) => {
    const whole = { ...STATEMENT, Effect: 'Deny', Principal: '*', ...more };
    expect(messageOf(JSON.stringify({ Statement: [whole] }), 'resource-control')).toBe(message);
  });

  it('of a resource policy needs a principal and a resource, and its Sid is any text', () => {
    const whole = { ...STATEMENT, Sid: 'any text', Principal: '*' };
    expect(messageOf(JSON.stringify({ Statement: whole }), 'resource')).toBe('accepted');
    expect(messageOf(oneStatement({}), 'resource')).toBe('Statement[0]: needs a Principal');
    expect(messageOf(oneStatement({}, 'trust'), 'resource')).toBe('Statement[0]: needs a Resource');
  });
});
