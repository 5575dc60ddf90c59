import { describe, expect, it } from 'vitest';
import { readAccountListing, readRoleListing } from '../../src/core/import/read-listing.ts';
import { fuzz } from '../fuzz/fuzz.ts';
import { hostileText } from '../fuzz/hostile.ts';

const ACCOUNT = { id: '111122223333', name: 'Payments', partition: 'aws' } as const;
const OWN = {
  issuer: 'daypass.example.com/aws',
  hubs: new Set(['arn:aws:iam::111122223333:role/hubs/Hub']),
};

function trusting(principal: unknown): string {
  return JSON.stringify({ Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }] });
}

function read(trustPolicy: string, role: { path?: string; name?: string } = {}): string {
  const items = [{ path: '/', name: 'Admin', ...role, trustPolicy }];
  const { roles, notes } = readRoleListing({ items, isCut: false }, ACCOUNT, OWN);
  return [...roles.map(({ settings }) => settings.grant.method), ...notes.map(({ kind }) => kind)].join(' ');
}

describe('a listed role', () => {
  it('A16: is left out where it is the hub of others', () => {
    const policy = trusting({ Federated: 'arn:aws:iam::111122223333:saml-provider/daypass' });
    expect(read(policy, { path: '/hubs/', name: 'Hub' })).toBe('left-out');
    expect(read(policy, { name: 'Hub' })).toBe('assume-role-with-saml');
  });

  it.each([
    [{ Federated: 'arn:aws:iam::111122223333:saml-provider/daypass' }, 'assume-role-with-saml'],
    [{ Federated: 'arn:aws:iam::111122223333:saml-provider/not-daypass' }, 'assume-role-with-saml check'],
    [
      { Federated: ['arn:aws:iam::111122223333:oidc-provider/daypass.example.com/aws'] },
      'assume-role-with-web-identity',
    ],
    [
      { Federated: 'arn:aws:iam::111122223333:oidc-provider/evil-daypass.example.com/aws' },
      'assume-role-with-saml check',
    ],
    [{ AWS: '111122223333' }, 'assume-role-with-saml check'],
    ['*', 'assume-role-with-saml check'],
    [{ Service: ['ec2.amazonaws.com'] }, 'left-out'],
    [{ Service: 'ec2.amazonaws.com', AWS: '111122223333' }, 'assume-role-with-saml check'],
  ])('that trusts %j is %s', (principal, expected) => {
    expect(read(trusting(principal))).toBe(expected);
  });

  it('of a service or of Identity Center is left out, whatever it trusts', () => {
    const trusted = trusting({ Federated: 'arn:aws:iam::111122223333:saml-provider/daypass' });
    for (const path of ['/aws-service-role/x.amazonaws.com/', '/aws-reserved/sso.amazonaws.com/eu-west-1/'])
      expect(read(trusted, { path })).toBe('left-out');
  });

  it('keeps its path, as the catalogue writes it', () => {
    const items = [{ path: '/team/', name: 'Admin', trustPolicy: '' }];
    const { roles } = readRoleListing({ items, isCut: true }, ACCOUNT, OWN);
    expect(roles[0]?.settings.roleName).toBe('team/Admin');
  });

  it('is told to be one of more, and an account that is closed is not proposed', () => {
    const items = [{ id: '111122223333', name: 'Old', status: 'CLOSED' }];
    const { accounts, notes } = readAccountListing({ items, isCut: true });
    expect(accounts).toEqual([]);
    expect(notes.map(({ message }) => message)).toEqual([
      'account "111122223333" is "CLOSED"',
      'what comes after the first 1',
    ]);
  });

  fuzz('with a trust policy of any kind breaks nothing', { from: hostileText, runs: 300 }, (text) => {
    expect(read(text)).toMatch(/check|left-out/);
    expect(read(trusting(text))).toMatch(/check|left-out/);
    return Promise.resolve();
  });
});
