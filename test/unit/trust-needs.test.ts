import { describe, expect, it } from 'vitest';
import { useOfRole } from '../../src/core/role-use.ts';
import { trustNeeds, type TrustNeeds } from '../../src/core/trust-needs.ts';
import { buildCatalogue, compiled } from '../support/build-catalogue.ts';

type Mappings = NonNullable<Parameters<typeof buildCatalogue>[0]>['mappings'];
type Roles = NonNullable<Parameters<typeof buildCatalogue>[0]>['roles'];

const facts = {
  issuer: 'https://daypass.example/aws',
  sourceArns: new Map([['long-term', 'arn:aws:iam::111122223333:user/broker']]),
};

function needsOf(roleId: string, mappings: Mappings = [], roles?: Roles): TrustNeeds {
  const catalogue = buildCatalogue({ mappings, ...(roles === undefined ? {} : { roles }) });
  const side = compiled(catalogue);
  const entry = side.roles.get(roleId);
  if (entry === undefined) throw new Error(`no role ${roleId}`);
  return trustNeeds(entry, useOfRole(catalogue, side, roleId), facts);
}

const plain = { id: 'm', connector: 'cloud', groups: ['engineering'] };
const account = '444455556666';

describe('what AWS must allow for a role', () => {
  it('by SAML: Daypass’s provider, AWS’s sign-in as audience, and the source identity', () => {
    expect(needsOf('by-saml', [{ ...plain, roles: { ids: ['by-saml'] } }])).toEqual({
      trust: [
        {
          roleArn: `arn:aws:iam::${account}:role/ReadOnly`,
          principal: { kind: 'saml-provider', arn: `arn:aws:iam::${account}:saml-provider/daypass` },
          actions: ['sts:AssumeRoleWithSAML', 'sts:SetSourceIdentity'],
          conditions: [{ key: 'SAML:aud', values: ['https://signin.aws.amazon.com/saml'] }],
        },
      ],
      permissions: [],
    });
  });

  it('tagging where any mapping that gives the role sets tags, and no source identity where none is set', () => {
    const limits = { sessionTags: [{ key: 'team', value: 'a' }], sourceIdentity: false };
    const needs = needsOf('by-saml', [{ ...plain, roles: { ids: ['by-saml'] }, limits }]);
    expect(needs.trust[0]?.actions).toEqual(['sts:AssumeRoleWithSAML', 'sts:TagSession']);
  });

  it('by a token of ours: our issuer without its scheme; by the person’s own: their provider and its client', () => {
    const [minted] = needsOf('by-web-identity', [{ ...plain, roles: { ids: ['by-web-identity'] } }]).trust;
    expect(minted?.principal).toEqual({
      kind: 'openid-provider',
      arn: `arn:aws:iam::${account}:oidc-provider/daypass.example/aws`,
      issuer: facts.issuer,
    });
    expect(minted?.conditions).toEqual([{ key: 'daypass.example/aws:aud', values: ['sts.amazonaws.com'] }]);
    const [own] = needsOf('by-own-token', [{ ...plain, roles: { ids: ['by-own-token'] } }]).trust;
    expect(own).toMatchObject({
      principal: { arn: `arn:aws:iam::${account}:oidc-provider/op.example` },
      actions: ['sts:AssumeRoleWithWebIdentity'],
      conditions: [{ key: 'op.example:aud', values: ['daypass'] }],
    });
    expect(needsOf('by-own-token').trust).toEqual([]);
  });

  it('by a key: whose it is, the external ID, and the permission of whoever signs; through a hub, both roles', () => {
    const grant = {
      method: 'assume-role' as const,
      credentialSource: 'long-term',
      externalId: 'relation-1',
      hubRoleArn: 'arn:aws:iam::111122223333:role/Hub',
    };
    const role = { id: 'far', accountId: account, roleName: 'path/Far', grant };
    const { trust, permissions } = needsOf('far', [{ ...plain, roles: { ids: ['far'] } }], [role]);
    expect(trust).toMatchObject([
      {
        roleArn: `arn:aws:iam::${account}:role/path/Far`,
        principal: { kind: 'aws', arn: grant.hubRoleArn },
        actions: ['sts:AssumeRole', 'sts:SetSourceIdentity'],
        conditions: [{ key: 'sts:ExternalId', values: ['relation-1'] }],
      },
      {
        roleArn: grant.hubRoleArn,
        principal: { kind: 'aws', arn: 'arn:aws:iam::111122223333:user/broker' },
        actions: ['sts:AssumeRole'],
        conditions: [],
      },
    ]);
    expect(permissions.map(({ resource, actions }) => [resource, ...actions])).toEqual([
      [`arn:aws:iam::${account}:role/path/Far`, 'sts:AssumeRole', 'sts:SetSourceIdentity'],
      [grant.hubRoleArn, 'sts:AssumeRole'],
    ]);
  });

  it('nothing of a role where the operation assumes none; services alone where the role is theirs', () => {
    expect(needsOf('federation')).toEqual({
      trust: [],
      permissions: [
        {
          credentialSource: 'long-term',
          actions: ['sts:GetFederationToken'],
          resource: `arn:aws:sts::${account}:federated-user/*`,
        },
      ],
    });
    expect(needsOf('session')).toEqual({ trust: [], permissions: [] });
    expect(needsOf('for-lambda').trust[0]?.principal).toEqual({
      kind: 'services',
      services: ['lambda.amazonaws.com', 'edgelambda.amazonaws.com'],
    });
  });
});
