import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../src/iam/parse-policy.ts';
import { messageOf, STATEMENT, withCondition, withPrincipal } from './iam-policy-texts.ts';

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
