import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePolicy, PolicySyntaxError } from '../../src/iam/parse-policy.ts';
import { POLICY_KINDS, type PolicyKind } from '../../src/iam/policy.ts';

const STATEMENT = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };
const TRUST = { Effect: 'Allow', Principal: { AWS: '111122223333' }, Action: 'sts:AssumeRole' };

const oneStatement = (more: object, kind: PolicyKind = 'identity'): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ ...(kind === 'trust' ? TRUST : STATEMENT), ...more }],
  });

const withPrincipal = (principal: unknown): string => oneStatement({ Principal: principal }, 'trust');
const withCondition = (condition: unknown): string => oneStatement({ Condition: condition });

function messageOf(text: string, kind: PolicyKind = 'identity'): string {
  try {
    parsePolicy(text, kind);
  } catch (error) {
    if (error instanceof PolicySyntaxError) return error.message;
    throw error;
  }
  return 'accepted';
}

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

  it('of a resource policy needs a principal and a resource, and its Sid is any text', () => {
    const whole = { ...STATEMENT, Sid: 'any text', Principal: '*' };
    expect(messageOf(JSON.stringify({ Statement: whole }), 'resource')).toBe('accepted');
    expect(messageOf(oneStatement({}), 'resource')).toBe('Statement[0]: needs a Principal');
    expect(messageOf(oneStatement({}, 'trust'), 'resource')).toBe('Statement[0]: needs a Resource');
  });
});

describe('a Principal element', () => {
  const account = '111122223333';
  it.each([
    ['*', { kind: 'anyone' }],
    [{ AWS: '*' }, { kind: 'anyone' }],
    [{ AWS: account }, { kind: 'account', accountId: account }],
    [{ AWS: `arn:aws:iam::${account}:root` }, { kind: 'account', accountId: account }],
    [
      { AWS: `arn:aws-cn:iam::${account}:user/a/b` },
      { kind: 'arn', arn: `arn:aws-cn:iam::${account}:user/a/b` },
    ],
    [{ AWS: [`arn:aws:iam::${account}:role/r`] }, { kind: 'arn', arn: `arn:aws:iam::${account}:role/r` }],
    [
      { AWS: `arn:aws:sts::${account}:assumed-role/r/s@x.y` },
      { kind: 'arn', arn: `arn:aws:sts::${account}:assumed-role/r/s@x.y` },
    ],
    [
      { AWS: `arn:aws:sts::${account}:federated-user/bob` },
      { kind: 'arn', arn: `arn:aws:sts::${account}:federated-user/bob` },
    ],
    [{ AWS: 'AROAEXAMPLEROLE00' }, { kind: 'unique-id', uniqueId: 'AROAEXAMPLEROLE00' }],
    [{ Service: 'edgelambda.amazonaws.com' }, { kind: 'service', service: 'edgelambda.amazonaws.com' }],
    [
      { Federated: `arn:aws:iam::${account}:saml-provider/Corp.IdP` },
      { kind: 'federated', provider: `arn:aws:iam::${account}:saml-provider/Corp.IdP` },
    ],
    [
      { Federated: `arn:aws:iam::${account}:oidc-provider/localhost:8082/oidc` },
      { kind: 'federated', provider: `arn:aws:iam::${account}:oidc-provider/localhost:8082/oidc` },
    ],
    [{ Federated: 'accounts.google.com' }, { kind: 'federated', provider: 'accounts.google.com' }],
    [{ CanonicalUser: 'ab'.repeat(32) }, { kind: 'canonical-user', canonicalId: 'ab'.repeat(32) }],
  ])('%j is read', (principal, entry) => {
    const policy = parsePolicy(withPrincipal(principal), 'trust');
    expect(policy.statements[0]?.principals).toEqual({ negated: false, entries: [entry] });
  });

  it.each([
    ['111122223333', 'Principal: write "*" or an object'],
    [{}, 'Principal: write "*" or an object'],
    [[], 'Principal: write "*" or an object'],
    [{ aws: '*' }, 'Principal: has no kind "aws"'],
    [{ __proto__x: '*' }, 'Principal: has no kind "__proto__x"'],
    [{ AWS: [] }, 'Principal.AWS: write a text, or a list'],
    [{ AWS: 111122223333 }, 'Principal.AWS: write a text, or a list'],
    [{ AWS: '11112222333' }, 'Principal.AWS: write "*", an account id'],
    [{ AWS: [account, `arn:aws:iam::${account}:user/*`] }, 'Principal.AWS[1]: write "*", an account id'],
    [{ AWS: `arn:aws:iam::${account}:role/r?` }, 'Principal.AWS: write'],
    [{ AWS: `arn:aws:iam::*:root` }, 'Principal.AWS: write'],
    [{ AWS: `arn:aws:iam::${account}:group/admins` }, 'Principal.AWS: write'],
    [{ AWS: `arn:aws:sts::${account}:assumed-role/r/*` }, 'Principal.AWS: write'],
    [{ AWS: `arn:aws:iam::${account}:user/\${aws:username}` }, 'Principal.AWS: write'],
    [{ Service: '*' }, 'Principal.Service: write a service'],
    [{ Service: 'lambda' }, 'Principal.Service: write a service'],
    [{ Federated: '*' }, 'Principal.Federated: write the ARN'],
    [{ Federated: 'evil.example' }, 'Principal.Federated: write the ARN'],
    [{ Federated: `arn:aws:iam::${account}:role/r` }, 'Principal.Federated: write the ARN'],
    [{ CanonicalUser: 'xyz' }, 'Principal.CanonicalUser: write'],
  ])('%j is refused', (principal, start) => {
    expect(messageOf(withPrincipal(principal), 'trust')).toContain(`Statement[0].${start}`);
  });
});

describe('a Condition element', () => {
  it.each([
    ['all', 'Condition: write an object of operators'],
    [{ StringEquals: 'x' }, 'Condition.StringEquals: write an object of condition keys'],
    [{ StringEquals: {} }, 'Condition.StringEquals: write an object of condition keys'],
    [{ StringSame: { 'aws:x': 'y' } }, 'Condition.StringSame: "StringSame" is no condition operator'],
    [
      { stringequals: { 'aws:x': 'y' } },
      'Condition.stringequals: "stringequals" is no condition operator; write StringEquals',
    ],
    [{ constructor: { 'aws:x': 'y' } }, 'Condition.constructor: "constructor" is no condition operator'],
    [
      { 'ForSomeValues:StringEquals': { 'aws:x': 'y' } },
      'Condition.ForSomeValues:StringEquals: "ForSomeValues:StringEquals" is no',
    ],
    [{ StringEqualsIfExistsIfExists: { 'aws:x': 'y' } }, '"StringEqualsIfExists" is no condition operator'],
    [{ NullIfExists: { 'aws:x': 'true' } }, 'Condition.NullIfExists: write "Null" alone'],
    [{ 'ForAnyValue:Null': { 'aws:x': 'true' } }, 'Condition.ForAnyValue:Null: write "Null" alone'],
    [{ Null: { 'aws:x': 'yes' } }, 'Condition.Null.aws:x: write "true" where the key has to be missing'],
    [{ StringEquals: { username: 'y' } }, 'Condition.StringEquals.username: write a key such as'],
    [{ StringEquals: { 'aws:${x}': 'y' } }, 'write a key such as'],
    [{ StringEquals: { 'aws:x': [] } }, 'Condition.StringEquals.aws:x: needs at least one value'],
    [{ StringEquals: { 'aws:x': null } }, 'aws:x: write texts, plain numbers, true or false'],
    [{ StringEquals: { 'aws:x': [['y']] } }, 'aws:x: write texts, plain numbers, true or false'],
    [{ NumericEquals: { 'aws:x': 1e30 } }, 'aws:x: write texts, plain numbers, true or false'],
    [
      { StringEquals: { 'aws:x': 'y', 'AWS:X': 'z' } },
      'Condition.StringEquals: "AWS:X" stands twice; give it a list',
    ],
    [{ NumericLessThan: { 'aws:x': 'ten' } }, '"ten" is not a number'],
    [{ NumericLessThan: { 'aws:x': '0x10' } }, '"0x10" is not a number'],
    [{ NumericLessThan: { 'aws:x': '' } }, '"" is not a number'],
    [{ DateLessThan: { 'aws:x': '2026' } }, '"2026" is not a date'],
    [{ DateLessThan: { 'aws:x': '2026-02-31' } }, '"2026-02-31" is not a date'],
    [{ DateLessThan: { 'aws:x': '2026-01-01T00:00:00' } }, '"2026-01-01T00:00:00" is not a date'],
    [{ DateLessThan: { 'aws:x': 'tomorrow' } }, '"tomorrow" is not a date'],
    [{ Bool: { 'aws:x': 'yes' } }, '"yes" is not true or false'],
    [{ BinaryEquals: { 'aws:x': 'a-b' } }, '"a-b" is not base64'],
    [{ IpAddress: { 'aws:x': '10.0.0.0/33' } }, '"10.0.0.0/33" is not an IP address'],
    [{ NotIpAddress: { 'aws:x': '10.0.0.256' } }, '"10.0.0.256" is not an IP address'],
    [{ IpAddress: { 'aws:x': '010.0.0.1' } }, '"010.0.0.1" is not an IP address'],
    [{ IpAddress: { 'aws:x': '1::2::3' } }, '"1::2::3" is not an IP address'],
    [{ IpAddress: { 'aws:x': '10.0.0.0/8/8' } }, '"10.0.0.0/8/8" is not an IP address'],
    [{ IpAddress: { 'aws:x': '${aws:y}' } }, '"${aws:y}" is not an IP address'],
    [{ ArnLike: { 'aws:x': 'bucket' } }, '"bucket" is no ARN'],
    [{ ArnNotLike: { 'aws:x': 'x:aws:s3:::b' } }, '"x:aws:s3:::b" is no ARN'],
    [{ StringLike: { 'aws:x': '${aws:y' } }, 'the variable in "${aws:y" has no }'],
    [{ StringLike: { 'aws:x': '${}' } }, '"${}" names no condition key'],
    [{ StringLike: { 'aws:x': '${aws:y, z}' } }, 'write the default of ${aws:y} in single quotes'],
    [{ StringLike: { 'aws:x': "${aws:y, 'z}" } }, 'has no }'],
  ])('%j is refused', (condition, part) => {
    expect(messageOf(withCondition(condition))).toContain(part);
  });

  it('may be empty, and its values may be bare', () => {
    expect(messageOf(withCondition({}))).toBe('accepted');
    expect(
      messageOf(withCondition({ NumericEquals: { 'aws:x': [900, '900.5'] }, Bool: { 'aws:y': true } })),
    ).toBe('accepted');
  });

  it('takes keys of issuers with ports and paths, and of tags in any script', () => {
    const keys = { 'localhost:8080/aws:aud': 'a', 'aws:PrincipalTag/Équipe x': 'b', 'SAML:aud': 'c' };
    expect(messageOf(withCondition({ StringEquals: keys }).replaceAll('É', '\\u00c9'))).toBe('accepted');
  });

  it('has no variables before 2012-10-17', () => {
    const condition = { StringLike: { 'aws:x': '${not a variable' } };
    expect(messageOf(JSON.stringify({ Statement: { ...STATEMENT, Condition: condition } }))).toBe('accepted');
  });
});
