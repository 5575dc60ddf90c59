/** Logout messages of a hostile page, or of anybody but the provider: none ends a session. */
import { deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { base64, startFakeSamlIdp, type FakeSamlIdp } from '../support/fake-saml-idp.ts';
import {
  logoutXml,
  openLogoutDoor,
  postForm,
  redirectQuery,
  RSA_SHA256,
  signatureOf,
  signXml,
  withLogout,
  type LogoutAnswer,
  type LogoutDoor,
  type LogoutRecipe,
} from '../support/fake-saml-logout.ts';
import { createCertifiedKey, type CertifiedKey } from '../support/self-signed-certificate.ts';

const CONTROLS = Array.from({ length: 60 }, (_, index) => ({ subject: `control-${index}` }));
const VICTIMS = [
  { subject: 'ann', providerSession: 's1' },
  { subject: 'bob', providerSession: 's3' },
];

describe('S43: a logout message that the provider did not send', () => {
  let idp: FakeSamlIdp;
  let door: LogoutDoor;
  let stranger: CertifiedKey;
  let used = 0;

  beforeAll(async () => {
    idp = await startFakeSamlIdp();
    stranger = createCertifiedKey('stranger');
    idp.serveMetadata({ body: withLogout(idp) });
    door = await openLogoutDoor({ metadataUrl: idp.metadataUrl }, [...VICTIMS, ...CONTROLS]);
  });

  afterAll(async () => {
    await door.close();
    await idp.close();
  });

  const xml = (recipe?: LogoutRecipe): string => logoutXml(idp, door.logoutUrl, recipe);
  const redirected = (recipe?: LogoutRecipe): string => redirectQuery(xml(recipe), { key: idp.key() });
  const posted = async (text: string): Promise<LogoutAnswer> => door.postForm(postForm(text));
  const signed = (recipe?: LogoutRecipe): string => signXml(xml(recipe), idp.key());

  /** A target that refuses everything would pass every row below: honest requests of both bindings must work. */
  async function honestOnesWork(): Promise<void> {
    for (const binding of ['redirect', 'post']) {
      const person = CONTROLS[used]?.subject ?? '';
      used += 1;
      const honest = xml({ nameIdXml: `<saml:NameID>${person}</saml:NameID>` });
      const answer =
        binding === 'post'
          ? await posted(signXml(honest, idp.key()))
          : await door.get(redirectQuery(honest, { key: idp.key() }));
      expect(answer).toMatchObject({ status: 200, kind: 'request' });
      expect(door.sessions()).not.toContain(`${person} `);
    }
  }

  /** The parameters of a query, in order, as they stand. */
  const parts = (query: string): [string, string][] =>
    query.split('&').map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]);
  const without = (query: string, name: string): string =>
    parts(query)
      .filter(([key]) => key !== name)
      .map(([key, value]) => `${key}=${value}`)
      .join('&');
  const replaced = (query: string, name: string, change: (value: string) => string): string =>
    parts(query)
      .map(([key, value]) => `${key}=${key === name ? change(value) : value}`)
      .join('&');
  const deflated = (text: string): string => encodeURIComponent(deflateRawSync(text).toString('base64'));
  const signedOver = (octets: string, key = idp.key()): string =>
    `${octets}&Signature=${encodeURIComponent(signatureOf(octets, key))}`;
  const sigAlg = `SigAlg=${encodeURIComponent(RSA_SHA256)}`;
  const aslo = (text: string): string => text.replace('<saml:NameID>', '<samlp:Extensions/><saml:NameID>');

  type Row = readonly [name: string, send: () => Promise<LogoutAnswer>, code: string];

  const byRedirect: Row[] = [
    ['no signature', () => door.get(`SAMLRequest=${deflated(xml())}`), 'saml.signature_invalid'],
    [
      'no Signature but a SigAlg',
      () => door.get(without(redirected(), 'Signature')),
      'saml.signature_invalid',
    ],
    ['no SigAlg', () => door.get(without(redirected(), 'SigAlg')), 'saml.signature_invalid'],
    [
      'an empty Signature',
      () => door.get(replaced(redirected(), 'Signature', () => '')),
      'saml.signature_invalid',
    ],
    [
      'a Signature that is not base64',
      () => door.get(replaced(redirected(), 'Signature', () => 'abc')),
      'saml.signature_invalid',
    ],
    [
      'a Signature of one changed bit',
      () => door.get(replaced(redirected(), 'Signature', flipped)),
      'saml.signature_invalid',
    ],
    ['a stranger’s key', () => door.get(redirectQuery(xml(), { key: stranger })), 'saml.signature_invalid'],
    [
      'the message of another person under the signature of one',
      () =>
        door.get(
          replaced(redirected({ nameIdXml: '<saml:NameID>bob</saml:NameID>' }), 'SAMLRequest', () =>
            deflated(xml()),
          ),
        ),
      'saml.signature_invalid',
    ],
    ['a RelayState that was added', () => door.get(`${redirected()}&RelayState=x`), 'saml.signature_invalid'],
    [
      'a RelayState that was changed',
      () =>
        door.get(
          replaced(redirectQuery(xml(), { key: idp.key(), relayState: 'a' }), 'RelayState', () => 'b'),
        ),
      'saml.signature_invalid',
    ],
    [
      'a RelayState that was taken away',
      () => door.get(without(redirectQuery(xml(), { key: idp.key(), relayState: 'a' }), 'RelayState')),
      'saml.signature_invalid',
    ],
    [
      'the octets encoded anew',
      () => door.get(replaced(redirected(), 'SigAlg', (value) => value.replaceAll('%3A', ':'))),
      'saml.signature_invalid',
    ],
    [
      'SHA-1 by the right key',
      () =>
        door.get(
          redirectQuery(xml(), {
            key: idp.key(),
            hash: 'sha1',
            algorithm: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1',
          }),
        ),
      'saml.weak_algorithm',
    ],
    [
      'SHA-1 that calls itself SHA-256',
      () => door.get(redirectQuery(xml(), { key: idp.key(), hash: 'sha1' })),
      'saml.signature_invalid',
    ],
    [
      'an HMAC algorithm',
      () =>
        door.get(
          redirectQuery(xml(), {
            key: idp.key(),
            algorithm: 'http://www.w3.org/2001/04/xmldsig-more#hmac-sha256',
          }),
        ),
      'saml.weak_algorithm',
    ],
    [
      'an algorithm called constructor',
      () => door.get(redirectQuery(xml(), { key: idp.key(), algorithm: 'constructor' })),
      'saml.weak_algorithm',
    ],
    [
      'an algorithm called __proto__',
      () => door.get(redirectQuery(xml(), { key: idp.key(), algorithm: '__proto__' })),
      'saml.weak_algorithm',
    ],
    [
      'a percent-encoded name beside a genuine answer',
      () => {
        const genuine = redirectQuery(xml({ element: 'LogoutResponse' }), {
          key: idp.key(),
          parameter: 'SAMLResponse',
        });
        return door.get(`${genuine}&%53AMLRequest=${deflated(xml())}`);
      },
      'saml.malformed',
    ],
    [
      'a request beside a genuine answer',
      () => {
        const genuine = redirectQuery(xml({ element: 'LogoutResponse' }), {
          key: idp.key(),
          parameter: 'SAMLResponse',
        });
        return door.get(`SAMLRequest=${deflated(xml())}&${genuine}`);
      },
      'saml.malformed',
    ],
    [
      'a genuine answer’s signature under the name of a request',
      () => {
        const genuine = redirectQuery(xml({ element: 'LogoutResponse' }), {
          key: idp.key(),
          parameter: 'SAMLResponse',
        });
        return door.get(genuine.replace('SAMLResponse=', 'SAMLRequest='));
      },
      'saml.signature_invalid',
    ],
    [
      'two messages, the forged first',
      () => door.get(`SAMLRequest=${deflated(xml())}&${redirected()}`),
      'saml.malformed',
    ],
    [
      'two messages, the forged last',
      () => door.get(`${redirected()}&SAMLRequest=${deflated(xml())}`),
      'saml.malformed',
    ],
    ['two signatures', () => door.get(`${redirected()}&Signature=x`), 'saml.malformed'],
    ['two SigAlgs', () => door.get(`${redirected()}&${sigAlg}`), 'saml.malformed'],
    ['a name with a plus sign', () => door.get(`${redirected()}&SAML+Request=x`), 'saml.malformed'],
    ['thirty parameters', () => door.get(`${redirected()}${'&a=b'.repeat(30)}`), 'saml.malformed'],
    [
      'another encoding of the message',
      () => door.get(`${redirected()}&SAMLEncoding=${encodeURIComponent('urn:example:none')}`),
      'saml.malformed',
    ],
    ['nothing', () => door.get(''), 'saml.malformed'],
    [
      'a signature over an empty message',
      () => door.get(signedOver(`SAMLRequest=&${sigAlg}`)),
      'saml.malformed',
    ],
    [
      'a signed message that is not deflated',
      () => door.get(signedOver(`SAMLRequest=${encodeURIComponent(base64(xml()))}&${sigAlg}`)),
      'saml.malformed',
    ],
    [
      'a signed message that unpacks to a megabyte',
      () => door.get(signedOver(`SAMLRequest=${deflated(xml() + ' '.repeat(1_048_576))}&${sigAlg}`)),
      'saml.too_large',
    ],
    ['a broken percent sign', () => door.get(`SAMLRequest=%zz&${sigAlg}&Signature=AAAA`), 'saml.malformed'],
    [
      'invalid UTF-8, signed',
      () =>
        door.get(
          signedOver(
            `SAMLRequest=${encodeURIComponent(deflateRawSync(Buffer.from([0x3c, 0xff, 0xfe])).toString('base64'))}&${sigAlg}`,
          ),
        ),
      'saml.encoding',
    ],
    [
      'a LogoutResponse as a request, signed',
      () => door.get(redirected({ element: 'LogoutResponse' })),
      'saml.malformed',
    ],
    ['an ID that is no name, signed', () => door.get(redirected({ id: '1' })), 'saml.malformed'],
    ['an AuthnRequest, signed', () => door.get(redirected({ element: 'AuthnRequest' })), 'saml.malformed'],
  ];

  const byPost: Row[] = [
    ['no signature', () => posted(xml()), 'saml.signature_invalid'],
    [
      'the parameters of the other binding’s signature',
      () =>
        door.postForm({
          ...postForm(xml()),
          SigAlg: RSA_SHA256,
          Signature: signatureOf(`SAMLRequest=${base64(xml())}`, idp.key()),
        }),
      'saml.signature_invalid',
    ],
    ['a stranger’s key', () => posted(signXml(xml(), stranger)), 'saml.signature_invalid'],
    [
      'another person’s name after signing',
      () => posted(signed({ nameIdXml: '<saml:NameID>bob</saml:NameID>' }).replace('>bob<', '>ann<')),
      'saml.signature_invalid',
    ],
    ['a signature moved into Extensions', () => posted(moved(signed())), 'saml.signature_invalid'],
    [
      'an empty signature value',
      () => posted(signed().replace(/(?<=SignatureValue>)[^<]+/, '')),
      'saml.signature_invalid',
    ],
    [
      'a signature over its Issuer alone',
      () =>
        posted(
          signXml(xml({ issuerXml: `<saml:Issuer ID="_i">${idp.entityId}</saml:Issuer>` }), idp.key(), {
            element: 'Issuer',
          }),
        ),
      'saml.signature_invalid',
    ],
    [
      'SHA-1 by the right key',
      () =>
        posted(
          signXml(xml(), idp.key(), { signatureAlgorithm: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1' }),
        ),
      'saml.weak_algorithm',
    ],
    [
      'a SHA-1 digest',
      () => posted(signXml(xml(), idp.key(), { digestAlgorithm: 'http://www.w3.org/2000/09/xmldsig#sha1' })),
      'saml.weak_algorithm',
    ],
    [
      'a genuine message wrapped in an evil one',
      () => posted(wrapped(signed({ nameIdXml: '<saml:NameID>bob</saml:NameID>' }))),
      'saml.signature_invalid',
    ],
    ['a genuine message beside an evil root', () => posted(`${xml()}${signed()}`), 'saml.malformed'],
    [
      'a comment in the name',
      () => posted(signed().replace('>ann<', '>an<!-- -->n<')),
      'saml.forbidden_markup',
    ],
    ['a document type', () => posted(`<!DOCTYPE x>${signed()}`), 'saml.forbidden_markup'],
    [
      'a processing instruction',
      () => posted(signed().replace('>ann<', '><?p x-?>ann<')),
      'saml.forbidden_markup',
    ],
    [
      'a thousand elements',
      () =>
        posted(signed().replace('</samlp:LogoutRequest>', `${'<x/>'.repeat(1_000)}</samlp:LogoutRequest>`)),
      'saml.too_complex',
    ],
    [
      'a hundred kilobytes',
      () =>
        posted(signed().replace('</samlp:LogoutRequest>', `${' '.repeat(100_000)}</samlp:LogoutRequest>`)),
      'saml.too_large',
    ],
    [
      'three hundred attributes',
      () => {
        const many = Array.from({ length: 60 }, (_, index) => ` a${index}="1"`).join('');
        return posted(
          signed().replace('</samlp:LogoutRequest>', `${`<x${many}/>`.repeat(5)}</samlp:LogoutRequest>`),
        );
      },
      'saml.too_complex',
    ],
    ['no base64', () => door.postForm({ SAMLRequest: '<xml/>' }), 'saml.malformed'],
    [
      'two messages',
      () => door.postForm(`SAMLRequest=${encodeURIComponent(base64(signed()))}&SAMLRequest=x`),
      'saml.malformed',
    ],
    [
      'a request and an answer',
      () => door.postForm({ ...postForm(signed()), SAMLResponse: base64(signed()) }),
      'saml.malformed',
    ],
    [
      'two RelayStates',
      () => door.postForm(`SAMLRequest=${encodeURIComponent(base64(signed()))}&RelayState=a&RelayState=b`),
      'saml.malformed',
    ],
    ['nothing', () => door.postForm({}), 'saml.malformed'],
    ['an ID that is no name, signed', () => posted(signed({ id: '1' })), 'saml.signature_invalid'],
    ['a signed LogoutResponse', () => posted(signed({ element: 'LogoutResponse' })), 'saml.malformed'],
  ];

  /** Signed by the right key, so that the content alone is what refuses them. */
  const contents: readonly (readonly [name: string, recipe: LogoutRecipe, code: string])[] = [
    ['another issuer', { issuerXml: '<saml:Issuer>https://other.example</saml:Issuer>' }, 'saml.issuer'],
    ['no issuer', { issuerXml: '', extraXml: '<samlp:Extensions/>' }, 'saml.issuer'],
    ['two issuers', { extraXml: '<saml:Issuer>https://other.example</saml:Issuer>' }, 'saml.issuer'],
    ['no destination', { destination: undefined }, 'saml.destination'],
    ['another destination', { destination: 'https://other.example/saml/corp/logout' }, 'saml.destination'],
    ['an older version', { version: '1.1' }, 'saml.confirmation'],
    ['no IssueInstant', { issueInstant: undefined }, 'saml.time'],
    ['an IssueInstant of seven minutes ago', { issueInstant: -420_000 }, 'saml.time'],
    ['an IssueInstant in two minutes', { issueInstant: 120_000 }, 'saml.time'],
    ['an IssueInstant without its zone', { issueInstant: '2030-01-01T00:00:00' }, 'saml.time'],
    ['an end that has passed', { notOnOrAfter: -61_000 }, 'saml.time'],
    ['an end that is no time', { notOnOrAfter: 'soon' }, 'saml.time'],
    ['no name', { nameIdXml: '' }, 'saml.subject'],
    ['an empty name', { nameIdXml: '<saml:NameID></saml:NameID>' }, 'saml.subject'],
    [
      'two names',
      { nameIdXml: '<saml:NameID>ann</saml:NameID><saml:NameID>bob</saml:NameID>' },
      'saml.subject',
    ],
    ['markup in the name', { nameIdXml: '<saml:NameID>ann<x/></saml:NameID>' }, 'saml.subject'],
    ['an encrypted name', { nameIdXml: '<saml:EncryptedID/>' }, 'saml.subject'],
    ['an empty session index', { sessionIndexes: [''] }, 'saml.subject'],
  ];

  function flipped(value: string): string {
    const bytes = Buffer.from(decodeURIComponent(value), 'base64');
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    return encodeURIComponent(bytes.toString('base64'));
  }

  function moved(text: string): string {
    const signature = /<ds:Signature[\s\S]*<\/ds:Signature>/.exec(text)?.[0] ?? '';
    return aslo(text.replace(signature, '')).replace(
      '<samlp:Extensions/>',
      `<samlp:Extensions>${signature}</samlp:Extensions>`,
    );
  }

  function wrapped(genuine: string): string {
    return xml({ extraXml: `<samlp:Extensions>${genuine}</samlp:Extensions>` });
  }

  async function endsNobody(send: () => Promise<LogoutAnswer>, code: string): Promise<void> {
    const before = door.sessions();
    expect(await send()).toMatchObject({ status: 400, code });
    expect(door.sessions()).toEqual(before);
    expect(before).toContain('ann s1');
  }

  it('while honest ones work', honestOnesWork);

  describe.each([...chunked(byRedirect)])('by redirect, part %#', (...rows) => {
    it.each(rows)('with %s is refused', async (_name, send, code) => endsNobody(send, code));
    it('and honest ones still work', honestOnesWork);
  });

  describe.each([...chunked(byPost)])('by POST, part %#', (...rows) => {
    it.each(rows)('with %s is refused', async (_name, send, code) => endsNobody(send, code));
    it('and honest ones still work', honestOnesWork);
  });

  it.each(contents)('with %s is refused, although it is signed', async (_name, given, code) => {
    await endsNobody(() => door.get(redirected(given)), code);
    await endsNobody(() => posted(signed(given)), code);
  });

  it('as a copy of one that was heard is refused', async () => {
    const query = redirected({ nameIdXml: '<saml:NameID>nobody</saml:NameID>' });
    expect((await door.get(query)).status).toBe(200);
    await endsNobody(() => door.get(query), 'sign_in.replayed');
    // The same request by the other binding has the same id.
    const text = xml({ id: '_twice', nameIdXml: '<saml:NameID>nobody</saml:NameID>' });
    expect((await door.get(redirectQuery(text, { key: idp.key() }))).status).toBe(200);
    await endsNobody(() => posted(signXml(text, idp.key())), 'sign_in.replayed');
  });

  it('and posted with a signed query in its address is refused', async () => {
    const response = await fetch(`${door.logoutUrl}?${redirected()}`, {
      method: 'POST',
      body: new URLSearchParams(postForm(xml())),
    });
    expect(await response.json()).toMatchObject({ code: 'saml.malformed' });
    expect(door.sessions()).toContain('ann s1');
  });

  it('honest ones still work at the end', honestOnesWork);
});

function* chunked<T>(rows: readonly T[]): Generator<T[]> {
  for (let start = 0; start < rows.length; start += 6) yield rows.slice(start, start + 6);
}
