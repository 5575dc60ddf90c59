/** S48: a sign-in that is weaker or older than what was asked for, however the provider came to answer so. */
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { Recipe } from '../../support/fake-saml-idp.ts';
import {
  attackedConnector,
  expectAttackRefused,
  expectGenuine,
  type AttackedConnector,
} from './attacked-connector.ts';
import { replacing, replacingBy } from './edit-xml.ts';

const MFA = 'https://refeds.org/profile/mfa';
const STRONG: Recipe = { contexts: [MFA], authnInstant: -30_000 };
const STATEMENT = /<saml:AuthnStatement .*<\/saml:AuthnStatement>/s;

let target: AttackedConnector;
beforeAll(async () => {
  target = await attackedConnector({
    mode: 'both',
    settings: () => ({ requiredContexts: [MFA], maximumAuthenticationAgeSeconds: 300 }),
  });
});
afterAll(() => target.close());

const CASES: readonly (readonly [name: string, recipe: Recipe])[] = [
  ['a weaker context', { contexts: ['urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport'] }],
  ['no context', { contexts: [] }],
  ['an empty context', { contexts: [''] }],
  ['a context that only begins like it', { contexts: [`${MFA}x`] }],
  ['a context in other letters', { contexts: [MFA.toUpperCase()] }],
  ['a context with a blank', { contexts: [` ${MFA}`] }],
  [
    'the context as a declaration',
    {
      contexts: [],
      beforeSigning: replacing(
        '<saml:AuthnContext>',
        `<saml:AuthnContext><saml:AuthnContextDeclRef>${MFA}</saml:AuthnContextDeclRef>`,
      ),
    },
  ],
  [
    'the context of another namespace',
    {
      contexts: [],
      beforeSigning: replacing(
        '<saml:AuthnContext>',
        `<saml:AuthnContext><x:AuthnContextClassRef xmlns:x="urn:x">${MFA}</x:AuthnContextClassRef>`,
      ),
    },
  ],
  [
    'the context outside the statement',
    {
      contexts: [],
      beforeSigning: replacing(
        '<saml:AttributeStatement>',
        `<saml:AttributeStatement><saml:Attribute Name="AuthnContextClassRef"><saml:AttributeValue>${MFA}</saml:AttributeValue></saml:Attribute>`,
      ),
    },
  ],
  ['an authentication of ten minutes ago', { contexts: [MFA], authnInstant: -600_000 }],
  ['an authentication a minute beyond the age and the skew', { contexts: [MFA], authnInstant: -420_000 }],
  [
    'a fresh, weak statement and an old, strong one',
    {
      contexts: [MFA],
      authnInstant: -600_000,
      beforeSigning: replacingBy(
        STATEMENT,
        (one = '') =>
          one
            .replace(MFA, 'urn:weak')
            .replace(/AuthnInstant="[^"]+"/, `AuthnInstant="${new Date().toISOString()}"`) + one,
      ),
    },
  ],
];

describe('a sign-in at a provider that must ask for a second factor', () => {
  it.each(CASES)('S48: with %s is refused', async (_name, recipe) => {
    const departure = await target.leave();
    const page = await departure.post(await departure.answer({ authnInstant: -30_000, ...recipe }));
    await expectAttackRefused(target, departure, page, ['saml.authn_context', 'saml.confirmation']);
    await expectGenuine(target, departure, STRONG);
  });
});
