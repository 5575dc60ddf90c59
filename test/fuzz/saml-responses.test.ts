/** SAML responses: genuine ones spoiled, wrapped, inflated, and honestly signed ones with odd contents. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FuzzDoor, openFuzzDoor } from './door.ts';
import { fuzz } from './fuzz.ts';
import { formText, hostileText, spoils } from './hostile.ts';
import type { Seen } from './shot.ts';

let door: FuzzDoor;
beforeAll(async () => {
  door = await openFuzzDoor();
});
afterAll(() => door.close());

const ROLE = 'arn:aws:iam::222233334444:role/Developer';
const PROVIDER = 'arn:aws:iam::222233334444:saml-provider/daypass';
const LARGEST = 100_000;

function genuine(changes: Parameters<FuzzDoor['federation']['saml']>[0] | object = {}): string {
  const encoded = door.federation.saml({ roleArn: ROLE, providerArn: PROVIDER, ...changes });
  return Buffer.from(encoded, 'base64').toString('utf8');
}

type Way = 'sts' | 'sign-in page';

function redeem(encoded: string, way: Way): Promise<Seen> {
  const form: Record<Way, string> = {
    sts: formText([
      ['Action', 'AssumeRoleWithSAML'],
      ['Version', '2011-06-15'],
      ['RoleArn', ROLE],
      ['PrincipalArn', PROVIDER],
      ['SAMLAssertion', encoded],
    ]),
    'sign-in page': formText([
      ['SAMLResponse', encoded],
      ['RelayState', 'https://console.aws.amazon.com/s3/home'],
    ]),
  };
  return door.fire({
    method: 'POST',
    path: way === 'sts' ? '/' : '/saml',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form[way],
  });
}

type Change = (xml: string) => string;

const replaced =
  (what: RegExp | string, by: string): Change =>
  (xml) =>
    xml.replace(what, () => by);
const times = fc.constantFrom(1, 3, 60, 70, 500, 3_000);

/** What attackers have done to parsers and to signatures. */
const attacks: fc.Arbitrary<Change> = fc.oneof(
  fc.constantFrom<Change>(
    replaced('<samlp:Response', '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><samlp:Response'),
    replaced('<samlp:Response', '<!DOCTYPE r SYSTEM "http://127.0.0.1:1/x.dtd"><samlp:Response'),
    replaced('erin</saml:NameID>', 'erin<!-- -->admin</saml:NameID>'),
    replaced('erin</saml:NameID>', '<![CDATA[erin]]></saml:NameID>'),
    replaced('erin</saml:NameID>', '&undefined;&#0;&#x110000;</saml:NameID>'),
    replaced('<samlp:Response', '<?xml version="1.0" encoding="utf-16"?><samlp:Response'),
    replaced('<samlp:Response', '\ufeff<samlp:Response'),
    replaced('<samlp:Response', '<?php x ?><samlp:Response'),
    replaced(/xmlns:saml="[^"]*"/g, 'xmlns:saml="urn:evil"'),
    replaced(/xmlns:samlp="[^"]*"/, ''),
    replaced(/<saml:Assertion .*<\/saml:Assertion>/s, ''),
    (xml) => xml.replace(/<ds:Signature.*<\/ds:Signature>|<Signature.*<\/Signature>/s, ''),
    (xml) => xml.replace(/(<saml:Assertion .*<\/saml:Assertion>)/s, '$1$1'),
    (xml) => xml.replace(/ID="_assertion"/, 'ID="_evil"'),
    (xml) =>
      xml.replace(/(<saml:Assertion .*<\/saml:Assertion>)/s, '<samlp:Extensions>$1</samlp:Extensions>'),
    (xml) => `${xml}${xml}`,
    (xml) => `${xml}<!--${'-'.repeat(50)}`,
  ),
  times.map((count) =>
    replaced('<saml:Subject>', `${'<x>'.repeat(count)}${'</x>'.repeat(count)}<saml:Subject>`),
  ),
  times.map((count) => replaced('<saml:Subject>', `${'<x>'.repeat(count)}<saml:Subject>`)),
  times.map((count) => replaced('<saml:Assertion ', `<saml:Assertion ${' a="b"'.repeat(count)} `)),
  times.map((count) =>
    replaced(
      '<saml:Assertion ',
      `<saml:Assertion ${Array.from({ length: count }, (_, index) => `xmlns:n${index}="u:${index}"`).join(' ')} `,
    ),
  ),
  times.map((count) => replaced('Version="2.0"', `Version="${'x'.repeat(count * 20)}"`)),
  times.map((count) => replaced('<saml:Subject>', `${'<!-- -->'.repeat(count)}<saml:Subject>`)),
  times.map((count) =>
    replaced(/<\/(ds:)?SignedInfo>/, `${'<Reference URI="#_assertion"/>'.repeat(count)}</SignedInfo>`),
  ),
  times.map((count) =>
    replaced(/<(ds:)?Transforms>/, `<Transforms>${'<Transform Algorithm="x"/>'.repeat(count)}`),
  ),
  times.map((count) => replaced('<saml:Subject>', `<saml:Subject a="${'<'.repeat(count)}`)),
);

const way = fc.constantFrom<Way>('sts', 'sts', 'sign-in page');

describe('whatever a SAML response holds', () => {
  const spoiled = fc.record({
    way,
    changes: fc.array(fc.oneof(attacks, spoils), { minLength: 1, maxLength: 2 }),
  });
  fuzz(
    'a genuine one that was changed on its way is refused or read',
    { from: spoiled, runs: 500 },
    (input) => {
      const xml = input.changes.reduce((text, change) => change(text), genuine());
      return redeem(Buffer.from(xml).toString('base64').slice(0, LARGEST), input.way);
    },
  );

  const unsigned = fc.record({
    way,
    text: fc.oneof(
      spoils.map((change) => change('PHg+PC94Pg==')),
      hostileText,
    ),
  });
  fuzz('what is no base64, or not of XML, is refused', { from: unsigned, runs: 200 }, (input) =>
    redeem(input.text.slice(0, LARGEST), input.way),
  );

  const text = hostileText.map(escaped);
  const honest = fc.record({
    way,
    recipe: fc.record(
      {
        nameId: text,
        sessionName: text,
        audience: text,
        recipient: text,
        status: text,
        attributes: fc.dictionary(
          fc.oneof(
            fc.constantFrom(
              'SessionDuration',
              'SourceIdentity',
              'TransitiveTagKeys',
              'Role',
              'PrincipalTag:team',
              'PrincipalTag:',
            ),
            text,
          ),
          fc.array(text, { maxLength: 4 }),
          { maxKeys: 3 },
        ),
        signs: fc.constantFrom('assertion' as const, 'response' as const),
      },
      { requiredKeys: [] },
    ),
  });
  // What a parser once took seconds over.
  const slow = { way: 'sts' as const, recipe: { sessionName: `${'y'.repeat(60_000)}\u2029` } };
  fuzz(
    'odd contents, honestly signed, are taken or refused',
    { from: honest, runs: 250, first: [slow] },
    (input) => {
      const xml = genuine(input.recipe);
      return redeem(Buffer.from(xml).toString('base64').slice(0, LARGEST), input.way);
    },
  );

  it('met those that it takes, and refused for more than one reason', async () => {
    expect((await redeem(Buffer.from(genuine()).toString('base64'), 'sts')).status).toBe(200);
    expect(door.outcomes.get('200')).toBeGreaterThan(1);
    expect(door.outcomes.get('400 InvalidIdentityToken')).toBeGreaterThan(20);
    expect(door.outcomes.size).toBeGreaterThan(3);
  });
});

/** As it stands in an attribute or an element; what XML cannot hold at all cannot be signed. */
function escaped(value: string): string {
  return Buffer.from(value)
    .toString('utf8')
    .replace(/[^\t\n\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
