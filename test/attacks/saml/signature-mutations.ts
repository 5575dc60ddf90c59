/** The signature itself: absent, broken, moved, over something else, ambiguous (S14 to S16, S22). */
import type { Recipe } from '../../support/fake-saml-idp.ts';
import {
  DS,
  EVIL,
  SAML,
  SAMLP,
  child,
  childrenOf,
  copy,
  editing,
  evil,
  inOrder,
  make,
  replacingBy,
  withoutSignature,
} from './edit-xml.ts';
import { INVALID, MARKUP, text, tree } from './edit-mutations.ts';
import type { Mutation } from './mutation.ts';

const ids: readonly Mutation[] = [
  ...['Id', 'id', 'iD', 'saml:ID', 'saml:Id', 'xml:id'].map((name) => ({
    row: 'S14' as const,
    name: `the assertion’s id once more, as ${name} of the subject`,
    recipe: {
      afterSigning: replacingBy(
        /(<saml:Assertion[^>]* ID="([^"]+)".*?<saml:Subject)/s,
        (all = '', start = all, id = '') => `${start} ${name}="${id}"`,
      ),
    },
    codes: INVALID,
  })),
  {
    row: 'S14',
    name: 'the assertion’s id on the response too',
    recipe: {
      afterSigning: editing(({ response, assertion }) => {
        response.setAttribute('ID', assertion.getAttribute('ID') ?? '');
      }),
    },
    // What was encrypted is a document of its own: nothing outside has a part in its signature.
    codes: { else: INVALID, encrypted: false },
  },
  tree('S14', 'a forged id, and the signed one in another namespace', ({ assertion }) => {
    const id = assertion.getAttribute('ID') ?? '';
    evil(assertion);
    assertion.setAttributeNS(SAML, 'saml:ID', id);
  }),
  tree('S14', 'a forged id, and the signed one as xml:id', ({ assertion }) => {
    const id = assertion.getAttribute('ID') ?? '';
    evil(assertion);
    assertion.setAttribute('xml:id', id);
  }),
  text('S14', 'CVE-2025-66567: the prefix of the assertion’s children means something else', [
    /<saml:Subject>/,
    '<saml:Subject xmlns:saml="urn:evil">',
  ]),
  text('S14', 'the signature’s prefix means something else', [
    'xmlns:ds="http://www.w3.org/2000/09/xmldsig#"',
    'xmlns:ds="urn:evil"',
  ]),
  tree('S14', 'a signature of another namespace before the genuine one', ({ signature }) => {
    const decoy = make(signature, 'urn:evil', 'evil:Signature');
    for (const part of childrenOf(signature)) decoy.appendChild(copy(part));
    signature.parentNode?.insertBefore(decoy, signature);
  }),
];

const namespaces: readonly Mutation[] = [
  text(
    'S15',
    'CVE-2025-66568: a relative namespace on the subject',
    ['<saml:Subject>', '<saml:Subject xmlns:x="1">'],
    MARKUP,
  ),
  text(
    'S15',
    'CVE-2025-66475: a relative namespace on the response',
    ['<samlp:Response ', '<samlp:Response xmlns:x="1" '],
    MARKUP,
  ),
  text(
    'S15',
    'a relative namespace and the digest of nothing',
    [/(<saml:Assertion )/, '<saml:Assertion xmlns:x="./x" '],
    MARKUP,
  ),
  text(
    'S15',
    'a namespace that is a path',
    ['<saml:Subject>', '<saml:Subject xmlns:x="/etc/passwd">'],
    MARKUP,
  ),
  text('S15', 'an empty namespace for a prefix', ['<saml:Subject>', '<saml:Subject xmlns:x="">'], MARKUP),
  text('S15', 'the digest of nothing', [
    /(?<=<ds:DigestValue>)[^<]+/,
    '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
  ]),
  text(
    'S15',
    'an attribute that canonicalization drops',
    ['<saml:Subject>', '<saml:Subject xmlnsfoo="x">'],
    MARKUP,
  ),
  text(
    'S15',
    'an id that canonicalization drops',
    [/<saml:Assertion /, '<saml:Assertion xmlnsID="x" '],
    MARKUP,
  ),
];

const DIGEST = /(?<=<ds:DigestValue>)[^<]+/g;
const VALUE = /(?<=<ds:SignatureValue>)[^<]+/g;
const SIGNATURE = /<ds:Signature .*?<\/ds:Signature>/gs;
const flip = (base64: string): string => (base64.startsWith('A') ? 'B' : 'A') + base64.slice(1);

const values: readonly Mutation[] = [
  { row: 'S16', name: 'no signature', recipe: { signs: 'none' }, codes: INVALID },
  text('S16', 'CVE-2025-59718: the signature taken out', [SIGNATURE, '']),
  text('S16', 'an empty signature', [
    SIGNATURE,
    '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>',
  ]),
  text('S16', 'an empty signature value', [VALUE, '']),
  text('S16', 'a signature value of white space', [VALUE, ' \n ']),
  text('S16', 'no signature value', [/<ds:SignatureValue>[^<]+<\/ds:SignatureValue>/g, '']),
  {
    row: 'S16',
    name: 'another signature value',
    recipe: { afterSigning: replacingBy(VALUE, flip) },
    codes: INVALID,
  },
  {
    row: 'S16',
    name: 'half a signature value',
    recipe: { afterSigning: replacingBy(VALUE, (value = '') => value.slice(0, 172)) },
    codes: INVALID,
  },
  { row: 'S16', name: 'another digest', recipe: { afterSigning: replacingBy(DIGEST, flip) }, codes: INVALID },
  {
    row: 'S16',
    name: 'two signature values',
    recipe: {
      afterSigning: replacingBy(
        /<ds:SignatureValue>[^<]+<\/ds:SignatureValue>/g,
        (value = '') => value + value,
      ),
    },
    codes: INVALID,
  },
  text('S16', 'another person', [/(?<=<saml:NameID>)ann(?=<)/, EVIL]),
  text('S16', 'another group', ['>aws-admins-readonly<', '>aws-admins<']),
  text('S16', 'another name for an attribute', ['Name="email"', 'Name="groups2"']),
  text('S16', 'one more group', [
    '<saml:AttributeValue>engineers',
    '<saml:AttributeValue>aws-admins</saml:AttributeValue><saml:AttributeValue>engineers',
  ]),
  text('S16', 'one attribute value less', ['<saml:AttributeValue>engineers</saml:AttributeValue>', '']),
  tree('S16', 'the signature at the end of the response', ({ response, signature }) => {
    response.appendChild(signature.parentNode === response ? make(signature, DS, 'ds:Signature') : signature);
  }),
  tree('S16', 'the signature inside the subject', ({ assertion, signature }) => {
    child(assertion, SAML, 'Subject').appendChild(signature);
  }),
  tree('S16', 'the signature inside the status', ({ response, signature }) => {
    child(response, SAMLP, 'Status').appendChild(signature);
  }),
  tree('S16', 'the signature twice', ({ signature }) => {
    signature.parentNode?.insertBefore(copy(signature), signature);
  }),
  tree('S16', 'the signature inside another signature', ({ signature }) => {
    const outer = make(signature, DS, 'ds:Signature');
    signature.parentNode?.replaceChild(outer, signature);
    outer.appendChild(signature);
  }),
  text('S16', 'the signature in lower case', [/ds:Signature(?=[ >])/g, 'ds:signature']),
  {
    row: 'S16',
    name: 'the signature of another genuine answer',
    recipe: ({ idp, mode }) => swapped(idp, mode === 'encrypted' ? 'assertion' : mode),
    codes: INVALID,
  },
];

/** The newer of two answers that the provider truly signed, with the older one's signatures. */
function swapped(
  idp: Parameters<Extract<Mutation['recipe'], (aid: never) => Recipe>>[0]['idp'],
  signs: 'assertion' | 'response' | 'both',
): Recipe {
  const request = { id: '_older', acsUrl: 'x', issuer: 'x', relayState: '', xml: '' };
  const older = idp.answerXml(request, { signs }).match(SIGNATURE) ?? [];
  return {
    afterSigning: (xml) => {
      let next = -1;
      return xml.replace(SIGNATURE, () => older[(next += 1)] ?? '');
    },
  };
}

const missing: readonly Mutation[] = [
  {
    row: 'S22',
    name: 'only the other part signed',
    recipe: ({ mode }) => ({ signs: mode === 'response' ? 'assertion' : 'response' }),
    codes: INVALID,
  },
  {
    row: 'S22',
    name: 'a signature beyond what is wanted, that does not hold',
    recipe: { signs: 'both', afterSigning: breakFirstDigest },
    codes: INVALID,
  },
  {
    row: 'S22',
    name: 'both signed, the inner one taken out afterwards',
    recipe: {
      signs: 'both',
      afterSigning: inOrder(editing(({ assertion }) => void withoutSignature(assertion))),
    },
    codes: INVALID,
  },
];

function breakFirstDigest(xml: string): string {
  const at = xml.indexOf('<ds:DigestValue>') + '<ds:DigestValue>'.length;
  return `${xml.slice(0, at)}${flip(xml.slice(at, at + 4))}${xml.slice(at + 4)}`;
}

export const signatureMutations: readonly Mutation[] = [...ids, ...namespaces, ...values, ...missing];
