import { describe, expect, it } from 'vitest';
import { onboardingOf } from '../../src/core/onboarding/onboarding.ts';
import { buildCatalogue } from '../support/build-catalogue.ts';

/** What is printed for a role of the account 444455556666, where Daypass signs as `signerArn`. */
function printed(roleName: string, signerArn: string): ReturnType<typeof onboardingOf> {
  const { accounts, roles } = buildCatalogue();
  const role = roles.find(({ grant }) => grant.method === 'assume-role');
  const [account] = accounts;
  if (role === undefined || account === undefined) throw new Error('there is no such role');
  return onboardingOf({
    account,
    role: { ...role, roleName },
    mappings: [],
    issuer: 'https://daypass.example/aws',
    samlMetadata: '',
    signerArn,
    trustedIssuers: [],
  });
}

const SESSION = 'arn:aws:sts::444455556666:assumed-role/Daypass/i-0123456789abcdef0';

describe('A16: the role that Daypass itself signs with', () => {
  it.each([
    ['by its session', 'Daypass', SESSION],
    ['by its session, which does not tell the path', 'services/Daypass', SESSION],
    ['by its own ARN', 'Daypass', 'arn:aws:iam::444455556666:role/Daypass'],
  ])('is not set up for people: %s', (_how, roleName, signerArn) => {
    const { accounts, notes } = printed(roleName, signerArn);
    expect(accounts).toEqual([]);
    expect(notes.map(({ code }) => code)).toContain('signer.own-role');
  });

  it.each([
    ['of another name', 'DaypassReader', SESSION],
    ['of another account', 'Daypass', SESSION.replace('444455556666', '111122223333')],
    ['where a user of that name signs', 'Daypass', 'arn:aws:iam::444455556666:user/Daypass'],
  ])('is another than one %s', (_how, roleName, signerArn) => {
    const { accounts, notes } = printed(roleName, signerArn);
    expect(accounts.length).toBeGreaterThan(0);
    expect(notes.map(({ code }) => code)).not.toContain('signer.own-role');
  });
});
