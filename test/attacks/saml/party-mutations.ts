/** Who says it, to whom, about which request, and how (S32 to S34, S38, S39). All honestly signed. */
import type { Recipe } from '../../support/fake-saml-idp.ts';
import { SAML, child, copy, editing, make, replacing } from './edit-xml.ts';
import type { Codes, Mutation } from './mutation.ts';

function told(row: Mutation['row'], name: string, recipe: Mutation['recipe'], ...codes: Codes): Mutation {
  return { row, name, recipe, codes };
}

const before = (from: string | RegExp, to: string): Recipe => ({ beforeSigning: replacing(from, to) });

const audiences: readonly Mutation[] = [
  told('S32', 'another audience', { audiences: [['https://other.example/metadata']] }, 'saml.audience'),
  told('S32', 'no audience restriction', { audiences: [] }, 'saml.audience'),
  told('S32', 'an empty audience restriction', { audiences: [[]] }, 'saml.audience'),
  told('S32', 'an empty audience', { audiences: [['']] }, 'saml.audience'),
  told(
    'S32',
    'two audience restrictions, both to be met',
    { audiences: [['https://a.example'], ['https://b.example']] },
    'saml.audience',
  ),
  told('S32', 'no conditions', { withoutConditions: true }, 'saml.audience'),
  told(
    'S32',
    'two sets of conditions',
    {
      beforeSigning: editing(({ assertion }) => {
        assertion.appendChild(copy(child(assertion, SAML, 'Conditions')));
      }),
    },
    'saml.audience',
  ),
  ...(
    [
      ['the beginning of our name', (url: string) => url.slice(0, -1)],
      ['our name with more behind', (url: string) => `${url}/x`],
      ['our name with a blank', (url: string) => `${url} `],
      ['our name in capitals', (url: string) => url.toUpperCase()],
      ['our name by another host', (url: string) => url.replace('localhost', '127.0.0.1')],
      ['our address in place of our name', (url: string) => url.replace('/metadata', '/acs')],
    ] as const
  ).map(([name, change]) =>
    told(
      'S32',
      `as audience ${name}`,
      {
        beforeSigning: (xml) => xml.replace(/(?<=<saml:Audience>)[^<]+/, (url) => change(url)),
      },
      'saml.audience',
    ),
  ),
];

const addresses: readonly Mutation[] = [
  told('S33', 'another recipient', { recipient: 'https://other.example/acs' }, 'saml.recipient'),
  told('S33', 'no recipient', { recipient: undefined }, 'saml.recipient'),
  told('S33', 'an empty recipient', { recipient: '' }, 'saml.recipient'),
  told(
    'S33',
    'the beginning of our address as recipient',
    before(/(Recipient="[^"]+)s"/, 'Recipient="http://localhost/ac"'),
    'saml.recipient',
  ),
  told(
    'S33',
    'another connector’s address as recipient',
    { beforeSigning: (xml) => xml.replace(/(?<=Recipient="[^"]+\/saml\/)[^/]+/, 'neighbour') },
    'saml.recipient',
  ),
  told('S33', 'another destination', { destination: 'https://other.example/acs' }, 'saml.destination'),
  told('S33', 'an empty destination', { destination: '' }, 'saml.destination'),
  told('S33', 'no destination', { destination: undefined }, 'saml.destination'),
  told(
    'S33',
    'our destination with a query',
    { beforeSigning: (xml) => xml.replace(/(?<=Destination="[^"]+)"/, '?x"') },
    'saml.destination',
  ),
  told(
    'S33',
    'another connector’s address as destination',
    { beforeSigning: (xml) => xml.replace(/(?<=Destination="[^"]+\/saml\/)[^/]+/, 'neighbour') },
    'saml.destination',
  ),
  told(
    'S34',
    'an unknown request',
    { inResponseTo: '_x', responseInResponseTo: '_x' },
    'saml.in_response_to',
  ),
  told(
    'S34',
    'no request',
    { inResponseTo: undefined, responseInResponseTo: undefined },
    'saml.in_response_to',
  ),
  told(
    'S34',
    'CVE-2025-54369: the request named in the wrapper alone',
    { inResponseTo: undefined },
    'saml.in_response_to',
  ),
  told(
    'S34',
    'the request named in the subject alone',
    { responseInResponseTo: undefined },
    'saml.in_response_to',
  ),
  told('S34', 'an empty request', { inResponseTo: '' }, 'saml.in_response_to'),
  told('S34', 'a request of the past in the subject', { inResponseTo: '_past' }, 'saml.in_response_to'),
  told(
    'S34',
    'a request of the past in the wrapper',
    { responseInResponseTo: '_past' },
    'saml.in_response_to',
  ),
  {
    row: 'S34',
    name: 'a stolen unsolicited assertion, with the request put in afterwards',
    recipe: {
      inResponseTo: undefined,
      afterSigning: (xml) => {
        const id = /InResponseTo="([^"]+)"/.exec(xml)?.[1] ?? '';
        return replacing(
          '<saml:SubjectConfirmationData ',
          `<saml:SubjectConfirmationData InResponseTo="${id}" `,
        )(xml);
      },
    },
    codes: ['saml.signature_invalid'],
  },
];

const issuers: readonly Mutation[] = [
  told(
    'S38',
    'another provider’s whole answer',
    ({ neighbour }) => ({ issuer: neighbour.entityId, key: neighbour.key() }),
    'saml.issuer',
  ),
  told(
    'S38',
    'our provider’s name under another’s signature',
    ({ neighbour }) => ({ key: neighbour.key() }),
    'saml.signature_invalid',
  ),
  told(
    'S38',
    'another provider’s name under our provider’s signature',
    ({ neighbour }) => ({ issuer: neighbour.entityId }),
    'saml.issuer',
  ),
  told(
    'S38',
    'another issuer of the response alone',
    { responseIssuer: 'https://other.example' },
    'saml.issuer',
  ),
  told(
    'S38',
    'CVE-2026-49283: another issuer of the assertion alone',
    ({ idp, neighbour }) => ({ issuer: neighbour.entityId, responseIssuer: idp.entityId }),
    'saml.issuer',
  ),
  told(
    'S38',
    'an empty issuer of the assertion',
    before(/<saml:Issuer>[^<]*<\/saml:Issuer>/, '<saml:Issuer/>'),
    'saml.issuer',
  ),
  told(
    'S38',
    'two issuers of the assertion',
    {
      beforeSigning: editing(({ assertion }) => {
        assertion.appendChild(copy(child(assertion, SAML, 'Issuer')));
      }),
    },
    'saml.issuer',
  ),
  told(
    'S38',
    'our provider’s name with a slash',
    ({ idp }) => ({ issuer: `${idp.entityId}/` }),
    'saml.issuer',
  ),
  told(
    'S38',
    'our provider’s name in capitals',
    ({ idp }) => ({ issuer: idp.entityId.toUpperCase() }),
    'saml.issuer',
  ),
  told(
    'S38',
    'our provider’s name with a blank',
    ({ idp }) => ({ issuer: ` ${idp.entityId}` }),
    'saml.issuer',
  ),
];

const CM = 'urn:oasis:names:tc:SAML:2.0:cm:';
const STATUS = 'urn:oasis:names:tc:SAML:2.0:status:';
const CONFIRMATION = /<saml:SubjectConfirmation .*<\/saml:SubjectConfirmation>/s;

const kinds: readonly Mutation[] = [
  told('S39', 'a holder of a key', { method: `${CM}holder-of-key` }, 'saml.confirmation'),
  told('S39', 'vouched for by the sender', { method: `${CM}sender-vouches` }, 'saml.confirmation'),
  told('S39', 'an empty method', { method: '' }, 'saml.confirmation'),
  told('S39', 'no method', before(/ Method="[^"]+"/, ''), 'saml.confirmation'),
  told('S39', 'no confirmation', before(CONFIRMATION, ''), 'saml.confirmation'),
  told(
    'S39',
    'two confirmations, the second a bearer’s',
    {
      beforeSigning: (xml) =>
        xml.replace(CONFIRMATION, (one) => one.replace('bearer', 'holder-of-key') + one),
    },
    'saml.confirmation',
  ),
  told(
    'S39',
    'no confirmation data',
    before(/<saml:SubjectConfirmationData [^>]*\/>/, ''),
    'saml.confirmation',
  ),
  told(
    'S39',
    'two sets of confirmation data',
    { beforeSigning: (xml) => xml.replace(/<saml:SubjectConfirmationData [^>]*\/>/, (one) => one + one) },
    'saml.confirmation',
  ),
  told('S39', 'a bearer who may not yet', { confirmationNotBefore: -1_000 }, 'saml.confirmation'),
  told('S39', 'no authentication', { withoutAuthnStatement: true }, 'saml.confirmation'),
  told('S39', 'no subject', before(/<saml:Subject>.*<\/saml:Subject>/s, ''), 'saml.subject'),
  told(
    'S39',
    'two subjects',
    {
      beforeSigning: editing(({ assertion }) => {
        assertion.appendChild(copy(child(assertion, SAML, 'Subject')));
      }),
    },
    'saml.subject',
  ),
  told('S39', 'an assertion of version 1.1', { version: '1.1' }, 'saml.confirmation'),
  told('S39', 'an assertion of version 2.1', { version: '2.1' }, 'saml.confirmation'),
  told('S39', 'a response of version 1.1', { responseVersion: '1.1' }, 'saml.confirmation'),
  told('S39', 'an unknown condition', { extraConditions: '<saml:Condition/>' }, 'saml.confirmation'),
  told(
    'S39',
    'a condition of another namespace',
    { extraConditions: '<x:Only xmlns:x="urn:x"/>' },
    'saml.confirmation',
  ),
  ...['Requester', 'Responder', 'VersionMismatch', 'success'].map((status) =>
    told('S39', `the status ${status}`, { status: STATUS + status }, 'saml.status'),
  ),
  told('S39', 'a success of another kind', { status: 'urn:x:status:Success' }, 'saml.status'),
  told('S39', 'no status', before(/<samlp:Status>.*<\/samlp:Status>/s, ''), 'saml.status'),
  told('S39', 'a status without a code', before(/<samlp:StatusCode [^>]*\/>/, ''), 'saml.status'),
  told(
    'S39',
    'a success inside a failure',
    before(
      `<samlp:StatusCode Value="${STATUS}Success"/>`,
      `<samlp:StatusCode Value="${STATUS}Responder"><samlp:StatusCode Value="${STATUS}Success"/></samlp:StatusCode>`,
    ),
    'saml.status',
  ),
  told(
    'S39',
    'two status codes',
    before(
      `<samlp:StatusCode Value="${STATUS}Success"/>`,
      `<samlp:StatusCode Value="${STATUS}Success"/><samlp:StatusCode Value="${STATUS}Responder"/>`,
    ),
    'saml.status',
  ),
  {
    row: 'S39',
    name: 'an assertion of another namespace',
    recipe: {
      beforeSigning: editing(({ response, assertion }) => {
        const other = make(response, 'urn:evil', 'saml:Assertion');
        other.setAttribute('ID', assertion.getAttribute('ID') ?? '');
        while (assertion.firstChild !== null) other.appendChild(assertion.firstChild);
        response.replaceChild(other, assertion);
      }),
      signs: 'response',
    },
    codes: { else: ['saml.assertion_count'], encrypted: false },
  },
];

export const partyMutations: readonly Mutation[] = [...audiences, ...addresses, ...issuers, ...kinds];
