import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lintPolicy, type LintFacts, type LintFinding } from '../../src/core/onboarding/lint-policy.ts';
import {
  callerTrust,
  mintedTokenTrust,
  ownTokenTrust,
  samlTrust,
  serviceTrust,
} from '../../src/core/onboarding/trust-policies.ts';
import { catalogueSchema } from '../../src/core/catalogue.ts';

const OWN = '111122223333';
const OTHER = '777788889999';
const SAML = `arn:aws:iam::${OWN}:saml-provider/daypass`;
const OIDC = `arn:aws:iam::${OWN}:oidc-provider/daypass.example/aws`;
const recipient = 'https://signin.aws.amazon.com/saml';

const trust = (...statements: readonly object[]): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map((each) => ({ Effect: 'Allow', ...each })),
  });
const codes = (findings: readonly LintFinding[]): string[] => findings.map(({ code }) => code);
const lint = (text: string, facts: LintFacts = {}): string[] =>
  codes(lintPolicy(text, 'trust', { accountId: OWN, samlRecipient: recipient, ...facts }).findings);

const third = { Principal: { AWS: OTHER }, Action: 'sts:AssumeRole' };
const saml = { Principal: { Federated: SAML }, Action: 'sts:AssumeRoleWithSAML' };
const openid = { Principal: { Federated: OIDC }, Action: 'sts:AssumeRoleWithWebIdentity' };
const externalId = (operator: string, value: unknown): object => ({
  Condition: { [operator]: { 'sts:ExternalId': value } },
});

describe('a trust policy', () => {
  it.each([
    ['everybody', trust({ Principal: '*', Action: 'sts:AssumeRole' }), ['trust.anyone']],
    ['everybody, as AWS', trust({ Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }), ['trust.anyone']],
    [
      'everybody of an organization',
      trust({
        Principal: '*',
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } },
      }),
      ['trust.anyone-narrowed'],
    ],
    ['a third party', trust(third), ['trust.external-id']],
    [
      'a third party, one user',
      trust({ ...third, Principal: { AWS: `arn:aws:iam::${OTHER}:user/x` } }),
      ['trust.external-id'],
    ],
    ['with an external ID', trust({ ...third, ...externalId('StringEquals', 'x1') }), []],
    [
      'with one where there is one',
      trust({ ...third, ...externalId('StringEqualsIfExists', 'x1') }),
      ['trust.external-id'],
    ],
    ['with any', trust({ ...third, ...externalId('StringLike', '*') }), ['trust.external-id']],
    [
      'with all of none',
      trust({ ...third, ...externalId('ForAllValues:StringEquals', 'x1') }),
      ['trust.external-id'],
    ],
    ['with any but one', trust({ ...third, ...externalId('StringNotEquals', 'x1') }), ['trust.external-id']],
    ['the same account', trust({ ...third, Principal: { AWS: OWN } }), []],
    [
      'another account of the organization',
      trust({ ...third, Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } }),
      [],
    ],
    [
      'whoever assumes for a third party, denied',
      JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Deny', ...third } }),
      [],
    ],
    ['SAML', trust(saml), ['trust.saml-audience']],
    ['SAML for AWS', trust({ ...saml, Condition: { StringEquals: { 'SAML:aud': recipient } } }), []],
    ['OpenID', trust(openid), ['trust.web-identity-audience', 'trust.web-identity-subject']],
    [
      'OpenID by audience',
      trust({ ...openid, Condition: { StringEquals: { 'daypass.example/aws:aud': 'sts.amazonaws.com' } } }),
      ['trust.web-identity-subject'],
    ],
    [
      'OpenID by audience and subject',
      trust({
        ...openid,
        Condition: {
          StringEquals: { 'daypass.example/aws:aud': 'a', 'daypass.example/aws:sub': ['erin'] },
        },
      }),
      [],
    ],
    ['SAML by the wrong action', trust({ ...saml, Action: 'sts:AssumeRole' }), ['trust.wrong-action']],
    [
      'a service by the wrong action',
      trust({ Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRoleWithSAML' }),
      ['trust.wrong-action'],
    ],
    ['every action', trust({ Principal: { AWS: OWN }, Action: 'sts:*' }), ['trust.wide-action']],
    ['nothing that can be read', '{"Version":"2012-10-17"}', ['policy.syntax']],
    ['no JSON', 'x', ['policy.syntax']],
    [
      'very much',
      trust(...Array.from({ length: 30 }, () => ({ ...third, Principal: { AWS: OWN }, Sid: undefined }))),
      ['policy.long'],
    ],
  ])('of %s', (_who, text, expected) => {
    expect(lint(text)).toEqual(expected);
  });

  it('is too long for AWS beyond 4,096 characters', () => {
    expect(lint(trust(...Array.from({ length: 60 }, () => ({ ...third, Principal: { AWS: OWN } }))))).toEqual(
      ['policy.too-long'],
    );
  });

  it('lacks the actions that the role’s mappings need, in whichever statement they might be', () => {
    const needs = { sessionTags: true, sourceIdentity: true };
    const condition = { Condition: { StringEquals: { 'saml:aud': recipient } } };
    expect(lint(trust({ ...saml, ...condition }), { needs })).toEqual([
      'trust.tag-session',
      'trust.source-identity',
    ]);
    const apart = { Principal: { Federated: SAML }, Action: ['sts:TagSession', 'sts:SetSourceIdentity'] };
    expect(lint(trust({ ...saml, ...condition }, apart), { needs })).toEqual([]);
    expect(lint(trust({ ...saml, ...condition, Action: 'sts:*' }), { needs })).toEqual(['trust.wide-action']);
  });

  it('A05: is patched so that nothing of what can be mended is left, whatever it asks already', () => {
    const facts = {
      accountId: OWN,
      externalId: 'daypass-x',
      samlRecipient: recipient,
      needs: { sessionTags: true, sourceIdentity: true },
    };
    const texts = [
      trust(third),
      trust({ ...third, ...externalId('StringEquals', 'another') }),
      trust({ ...third, Condition: { Bool: { 'aws:SecureTransport': 'true' } } }),
      trust({ ...third, Condition: { StringEquals: { 'aws:PrincipalTag/team': 'x' } } }),
      trust(saml),
      trust(third, saml),
      JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', ...third } }),
      trust({
        Principal: { AWS: OTHER, Federated: SAML },
        Action: ['sts:AssumeRole', 'sts:AssumeRoleWithSAML'],
      }),
    ];
    for (const text of texts) {
      const { patched, findings } = lintPolicy(text, 'trust', facts);
      expect(findings.every(({ patch }) => patch !== undefined)).toBe(true);
      expect(lintPolicy(JSON.stringify(patched), 'trust', facts)).toEqual({ findings: [] });
    }
  });

  it('as Daypass writes it has nothing to find', () => {
    const { accounts } = catalogueSchema.parse({ accounts: [{ id: OWN, name: 'Own' }] });
    const [account] = accounts;
    if (account === undefined) throw new Error('no account');
    const needs = { sessionTags: true, sourceIdentity: true };
    const documents = [
      samlTrust(account, 'daypass', needs),
      mintedTokenTrust(account, 'https://daypass.example/aws', needs),
      callerTrust(`arn:aws:iam::${OTHER}:user/x`, needs, 'daypass-x'),
      callerTrust(`arn:aws:iam::${OWN}:role/x`, needs, undefined),
    ];
    for (const document of documents)
      expect(lint(JSON.stringify(document), { needs, externalId: 'daypass-x' })).toEqual([]);
    const issuers = [{ issuer: 'https://idp.example', clientId: 'daypass', subjects: ['erin', 'a${b}*'] }];
    expect(lint(JSON.stringify(ownTokenTrust(account, issuers)))).toEqual([]);
    expect(lint(JSON.stringify(serviceTrust(['lambda.amazonaws.com'])))).toEqual([]);
  });
});

describe('a permission', () => {
  const permission = (statement: object): string[] =>
    codes(lintPolicy(trust(statement), 'identity').findings);
  it.each([
    [{ Action: '*', Resource: '*' }, ['permission.everything']],
    [{ Action: 'sts:AssumeRole', Resource: '*' }, ['permission.any-role']],
    [{ Action: 'sts:*', Resource: '*' }, ['permission.any-role']],
    [{ NotAction: 'iam:*', Resource: '*' }, ['permission.any-role']],
    [{ Action: 'sts:AssumeRole', Resource: `arn:aws:iam::${OTHER}:role/x` }, []],
    [{ Action: 's3:ListAllMyBuckets', Resource: '*' }, []],
  ])('%j', (statement, expected) => {
    expect(permission(statement)).toEqual(expected);
  });
});

describe('whatever is pasted', () => {
  it('is answered, and never with an error of ours', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.json(), fc.constant(trust(third)), fc.constant(trust(saml))),
        fc.constantFrom('trust' as const, 'identity' as const, 'session' as const),
        (text, kind) => {
          const { findings } = lintPolicy(text, kind, { accountId: OWN, externalId: 'x1' });
          for (const { text: said, where } of findings) expect(`${where}${said}`).not.toMatch(/undefined/);
        },
      ),
    );
  });
});
