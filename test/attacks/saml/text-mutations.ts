/** Text that two readers read differently, and names that are not what they seem (S23 to S28, S47). */
import { attributeStatement, type Recipe } from '../../support/fake-saml-idp.ts';
import { EVIL, replacing } from './edit-xml.ts';
import type { Codes, Mutation } from './mutation.ts';

const MARKUP: Codes = ['saml.forbidden_markup'];
const SUBJECT: Codes = ['saml.subject'];

/** Signed by the provider with the trick in it: somebody registered that name. */
function signed(row: Mutation['row'], name: string, recipe: Recipe, codes: Codes): Mutation {
  return { row, name: `${name}, honestly signed`, recipe, codes };
}

function afterwards(row: Mutation['row'], name: string, from: string | RegExp, to: string): Mutation {
  return {
    row,
    name: `${name}, put in afterwards`,
    recipe: { afterSigning: replacing(from, to) },
    codes: MARKUP,
  };
}

const nameId = (content: string): Recipe => ({ subjectXml: `<saml:NameID>${content}</saml:NameID>` });
const groups = (...values: string[]): Recipe => ({ attributesXml: attributeStatement([['groups', values]]) });

const comments: readonly Mutation[] = [
  signed('S23', 'CVE-2017-11427: a comment in the NameID', nameId(`${EVIL}<!-- -->.ann`), MARKUP),
  signed('S23', 'CVE-2018-0489: a comment at the end of the NameID', nameId(`${EVIL}<!---->`), MARKUP),
  signed('S23', 'CVE-2017-11428: a comment in a group', groups('aws-admins<!-- -->-readonly'), MARKUP),
  signed('S23', 'CVE-2017-11429: CDATA in the NameID', nameId(`<![CDATA[${EVIL}]]>`), MARKUP),
  signed('S23', 'CVE-2017-11430: CDATA in a group', groups('<![CDATA[aws-admins]]>'), MARKUP),
  signed('S23', 'CDATA beside text in the NameID', nameId(`${EVIL}<![CDATA[.ann]]>`), MARKUP),
  afterwards('S23', 'a comment in the NameID', '>ann<', '>an<!-- -->n<'),
  afterwards('S23', 'a comment in a group', 'aws-admins-readonly', 'aws-admins<!---->-readonly'),
  afterwards('S23', 'CDATA around the NameID', '>ann<', '><![CDATA[ann]]><'),
  afterwards('S23', 'a comment in the Issuer', /(?<=<saml:Issuer>)/, '<!-- -->'),
  afterwards('S23', 'CVE-2016-5697: a comment before the root', '<samlp:Response', '<!-- --><samlp:Response'),
  afterwards('S23', 'a comment after the root', '</samlp:Response>', '</samlp:Response><!-- -->'),
  signed('S24', 'OneUptime #2988: a processing instruction in the NameID', nameId(`<?p x-?>${EVIL}`), MARKUP),
  signed('S24', 'a processing instruction in a group', groups('<?p x-?>aws-admins'), MARKUP),
  afterwards('S24', 'a processing instruction in the NameID', '>ann<', '><?p x-?>ann<'),
  afterwards(
    'S24',
    'a processing instruction in a group',
    '>aws-admins-readonly<',
    '>aws-admins<?p -readonly?><',
  ),
  afterwards(
    'S24',
    'a stylesheet before the root',
    '<samlp:Response',
    '<?xml-stylesheet href="x"?><samlp:Response',
  ),
  {
    row: 'S24',
    name: 'a no-break space between a name and an attribute, put in afterwards',
    recipe: { afterSigning: replacing('<samlp:Status>', '<samlp:Status\u00a0x="1">') },
    codes: ['saml.malformed'],
  },
  afterwards('S24', 'a second XML declaration', '<saml:Subject>', '<?xml version="1.0"?><saml:Subject>'),
];

/** Half a surrogate pair has the same bytes, and so the same digest, as the character that stands for what cannot be read. */
function forbiddenReference(reference: string): Mutation {
  return {
    row: 'S25',
    name: `${reference} in a group, put in where U+FFFD was signed`,
    recipe: {
      ...groups('aws-admins\ufffd'),
      afterSigning: replacing('aws-admins\ufffd', `aws-admins${reference}`),
    },
    codes: { else: ['saml.malformed'], encrypted: false },
  };
}

const subjects: readonly Mutation[] = [
  signed('S25', 'an element in the NameID', nameId(`${EVIL}<x>.ann</x>`), SUBJECT),
  signed('S25', 'an element before the NameID’s text', nameId(`<x/>${EVIL}`), SUBJECT),
  signed(
    'S25',
    'two NameIDs',
    { subjectXml: `<saml:NameID>${EVIL}</saml:NameID><saml:NameID>ann</saml:NameID>` },
    SUBJECT,
  ),
  signed(
    'S25',
    'a BaseID beside the NameID',
    { subjectXml: `<saml:BaseID/><saml:NameID>${EVIL}</saml:NameID>` },
    SUBJECT,
  ),
  signed('S25', 'an EncryptedID', { subjectXml: '<saml:EncryptedID/>' }, SUBJECT),
  signed(
    'S25',
    'a NameID of another namespace',
    { subjectXml: `<NameID xmlns="urn:evil">${EVIL}</NameID>` },
    SUBJECT,
  ),
  signed('S25', 'an empty NameID', nameId(''), SUBJECT),
  signed('S25', 'a NameID of white space', nameId(' \t\n'), SUBJECT),
  signed('S25', 'a NameID with a blank in front', nameId(` ${EVIL}`), SUBJECT),
  signed('S25', 'a NameID with a blank behind', nameId(`${EVIL} `), SUBJECT),
  signed('S25', 'a NameID with a no-break space behind', nameId(`${EVIL}\u00a0`), SUBJECT),
  signed('S25', 'a line break in the NameID', nameId(`${EVIL}&#10;x`), SUBJECT),
  signed('S25', 'an escape character in the NameID', nameId(`${EVIL}\u009b31m`), SUBJECT),
  signed('S25', 'a zero-width space in the NameID', nameId(`an\u200bn`), SUBJECT),
  signed('S25', 'a change of direction in the NameID', nameId(`${EVIL}\u202enna`), SUBJECT),
  signed('S25', 'a line separator in the NameID', nameId(`${EVIL}\u2028x`), SUBJECT),
  signed('S25', 'a NameID of 257 characters', nameId('a'.repeat(257)), SUBJECT),
  {
    row: 'S25',
    name: 'a NUL in the NameID, put in afterwards',
    recipe: { afterSigning: replacing('>ann<', '>ann\u0000<') },
    codes: { else: ['saml.malformed'], encrypted: ['saml.encryption', 'saml.malformed'] },
  },
  {
    row: 'S25',
    name: 'a NUL as a reference in the NameID, put in afterwards',
    recipe: { afterSigning: replacing('>ann<', '>ann&#0;<') },
    codes: { else: ['saml.malformed', 'saml.forbidden_markup', 'saml.signature_invalid'], encrypted: false },
  },
  ...['&#xD800;', '&#56320;', '&#xFFFE;', '&#xFFFF;', '&#x110000;', '&#9999999;'].map(forbiddenReference),
  ...[
    'nameID',
    'NameID',
    'issuer',
    'inResponseTo',
    'sessionIndex',
    '__proto__',
    'constructor',
    'subject',
  ].map((attribute): Mutation =>
    signed(
      'S26',
      `the attribute ${attribute} in place of a NameID`,
      {
        subjectXml: '',
        attributesXml: attributeStatement([[attribute, [EVIL]]]),
      },
      SUBJECT,
    ),
  ),
];

const twice = (first: string, second: string): string =>
  attributeStatement([
    [first, ['engineers']],
    [second, ['aws-admins']],
  ]);
const DUPLICATE: Codes = ['saml.duplicate_attribute'];

const attributes: readonly Mutation[] = [
  signed('S27', 'an attribute twice', { attributesXml: twice('groups', 'groups') }, DUPLICATE),
  signed(
    'S27',
    'an attribute twice over two statements',
    {
      attributesXml:
        attributeStatement([['groups', ['a']]]) + attributeStatement([['groups', ['aws-admins']]]),
    },
    DUPLICATE,
  ),
  signed('S27', '__proto__ twice', { attributesXml: twice('__proto__', '__proto__') }, DUPLICATE),
  signed(
    'S27',
    'an attribute twice, once without values',
    {
      attributesXml: attributeStatement([
        ['email', []],
        ['email', ['root@example.com']],
      ]),
    },
    DUPLICATE,
  ),
  signed('S27', 'an attribute without a name', { attributesXml: twice('groups', '') }, ['saml.malformed']),
];

const LAUGHS = Array.from(
  { length: 10 },
  (_, level) => `<!ENTITY l${level} "${level === 0 ? 'ha' : `&l${level - 1};`.repeat(10)}">`,
).join('');

function doctype(name: string, declaration: string, reference?: string): Mutation {
  return {
    row: 'S28',
    name,
    recipe: {
      afterSigning: (xml) =>
        `<!DOCTYPE samlp:Response ${declaration}>${reference === undefined ? xml : replacing('>ann<', `>${reference}<`)(xml)}`,
    },
    codes: { else: MARKUP, encrypted: false },
  };
}

const documentTypes: readonly Mutation[] = [
  doctype('a document type', ''),
  doctype('an internal entity', `[<!ENTITY e "${EVIL}">]`, '&e;'),
  doctype('CVE-2026-28809: an external entity', '[<!ENTITY e SYSTEM "file:///etc/passwd">]', '&e;'),
  doctype('a document type elsewhere', 'SYSTEM "http://127.0.0.1:1/evil.dtd"'),
  doctype('a parameter entity', '[<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]'),
  doctype('CVE-2025-25292: an attribute by default', '[<!ATTLIST saml:Assertion ID CDATA "_evil">]'),
  doctype('CVE-2025-25291: a document type that hides a comment', '[<!-- ]> <!-- -->]'),
  doctype('CVE-2025-25291: a document type that hides CDATA', '[<!ENTITY e "]]>">]'),
  doctype('billion laughs', `[${LAUGHS}]`, '&l9;'),
  {
    row: 'S28',
    name: 'CVE-2025-23369: an id that is an entity',
    recipe: {
      afterSigning: (xml) =>
        `<!DOCTYPE samlp:Response [<!ENTITY i "_evil">]>${replacing(/(?<=<saml:Assertion[^>]* ID=")[^"]+/, '&i;')(xml)}`,
    },
    codes: { else: MARKUP, encrypted: false },
  },
  {
    row: 'S28',
    name: 'an entity without a document type',
    recipe: { afterSigning: replacing('>ann<', '>&e;<') },
    codes: MARKUP,
  },
  {
    row: 'S28',
    name: 'a document type inside the root',
    recipe: { afterSigning: replacing('<saml:Subject>', '<!DOCTYPE x><saml:Subject>') },
    codes: MARKUP,
  },
];

const RESPONDER = 'urn:oasis:names:tc:SAML:2.0:status:Responder';
const REFUSED = new RegExp(`<samlp:StatusCode Value="${RESPONDER}"/>`);
const statusText = (content: string): string =>
  `<samlp:StatusCode Value="${RESPONDER}"/><samlp:StatusMessage>${content}</samlp:StatusMessage>`;

const statusMessages: readonly Mutation[] = [
  ['HTML', `&lt;script&gt;alert('${EVIL}')&lt;/script&gt;`],
  ['line breaks', `${EVIL}&#13;&#10;{"level":"info","msg":"sign-in.completed"}`],
  ['a terminal’s sequences', `\u009b2J${EVIL}`],
  ['100,000 characters', EVIL.repeat(7_692)],
].map(([what = '', content = '']): Mutation => ({
  row: 'S47',
  name: `a StatusMessage with ${what}`,
  recipe: { status: RESPONDER, beforeSigning: replacing(REFUSED, statusText(content)) },
  codes: ['saml.status'],
}));

export const textMutations: readonly Mutation[] = [
  ...comments,
  ...subjects,
  ...attributes,
  ...documentTypes,
  ...statusMessages,
];
