/** Signature wrapping: what is signed is not what is read. The first eight as SAML Raider builds them. */
import {
  DS,
  SAML,
  SAMLP,
  below,
  child,
  childOrNone,
  childrenOf,
  copy,
  editing,
  evil,
  evilCopy,
  make,
  prepend,
  withoutSignature,
  type Parts,
} from './edit-xml.ts';
import type { Codes, Mutation } from './mutation.ts';

const WRAPPED: Codes = ['saml.assertion_count', 'saml.signature_invalid'];
/** Also where the second one is hidden inside what was encrypted. */
const COUNT: Codes = ['saml.assertion_count'];

function wrapping(
  row: Mutation['row'],
  name: string,
  edit: (parts: Parts) => void,
  codes = WRAPPED,
): Mutation {
  return { row, name, recipe: { afterSigning: editing(edit) }, codes };
}

function moveInto(parent: Element, namespace: string, name: string, moved: Element): Element {
  const wrapper = make(parent, namespace, name);
  wrapper.appendChild(moved);
  parent.appendChild(wrapper);
  return wrapper;
}

/** The genuine message, put away; what stays is the attacker's. */
function takeOver({ response, assertion }: Parts): Element {
  const genuine = withoutSignature(copy(response));
  response.setAttribute('ID', '_evil_response');
  evil(assertion);
  return genuine;
}

/** SAML Raider's permutations. */
const xsw: readonly Mutation[] = [
  wrapping('S01', 'XSW1: the genuine response inside the signature of a forged one', (parts) => {
    const genuine = takeOver(parts);
    parts.signature.appendChild(genuine);
  }),
  wrapping('S02', 'XSW2: the genuine response before the signature of a forged one', (parts) => {
    const genuine = takeOver(parts);
    parts.signature.parentNode?.insertBefore(genuine, parts.signature);
  }),
  wrapping('S03', 'XSW3: a forged assertion before the genuine one', ({ response, assertion }) => {
    response.insertBefore(evilCopy(assertion), assertion);
  }),
  wrapping('S04', 'XSW4: a forged assertion around the genuine one', ({ response, assertion }) => {
    const forged = evilCopy(assertion);
    response.appendChild(forged);
    forged.appendChild(assertion);
  }),
  wrapping(
    'S05',
    'XSW5: a forged assertion that keeps the signature, the genuine one at the end',
    (parts) => {
      const { response, assertion } = parts;
      const genuine = withoutSignature(copy(assertion));
      evil(assertion);
      response.appendChild(genuine);
    },
  ),
  wrapping('S06', 'XSW6: a forged assertion whose signature holds the genuine one', (parts) => {
    const { assertion } = parts;
    const genuine = withoutSignature(copy(assertion));
    evil(assertion);
    parts.signature.appendChild(genuine);
  }),
  wrapping('S07', 'XSW7: a forged assertion in Extensions', ({ response, assertion }) => {
    const extensions = make(response, SAMLP, 'samlp:Extensions');
    extensions.appendChild(evilCopy(assertion));
    prepend(response, extensions);
  }),
  wrapping('S08', 'XSW8: the genuine assertion in an Object of the forged one’s signature', (parts) => {
    const genuine = withoutSignature(copy(parts.assertion));
    evil(parts.assertion);
    moveInto(parts.signature, DS, 'ds:Object', genuine);
  }),
];

const places: readonly Mutation[] = [
  wrapping(
    'S09',
    'CVE-2024-45409: the genuine assertion in StatusDetail, a forged one in its place',
    (parts) => {
      const { response, assertion } = parts;
      const forged = evilCopy(assertion);
      response.replaceChild(forged, assertion);
      moveInto(child(response, SAMLP, 'Status'), SAMLP, 'samlp:StatusDetail', assertion);
    },
  ),
  wrapping(
    'S09',
    'CVE-2024-45409: a copy of the digest in StatusDetail',
    ({ response, assertion, signature }) => {
      moveInto(
        child(response, SAMLP, 'Status'),
        SAMLP,
        'samlp:StatusDetail',
        copy(below(signature, DS, 'SignedInfo')),
      );
      evil(assertion, assertion.getAttribute('ID') ?? '');
    },
    ['saml.signature_invalid'],
  ),
  wrapping('S11', 'the genuine assertion in the Advice of a forged one', ({ response, assertion }) => {
    const forged = evilCopy(assertion);
    response.replaceChild(forged, assertion);
    moveInto(forged, SAML, 'saml:Advice', assertion);
  }),
  wrapping('S11', 'the genuine assertion in the Issuer of a forged one', ({ response, assertion }) => {
    const forged = evilCopy(assertion);
    response.replaceChild(forged, assertion);
    child(forged, SAML, 'Issuer').appendChild(assertion);
  }),
  wrapping(
    'S11',
    'the genuine assertion in Extensions, a forged one in its place',
    ({ response, assertion }) => {
      const forged = evilCopy(assertion);
      response.replaceChild(forged, assertion);
      moveInto(response, SAMLP, 'samlp:Extensions', assertion);
    },
  ),
  wrapping('S11', 'the genuine assertion in an AttributeValue of a forged one', ({ response, assertion }) => {
    const forged = evilCopy(assertion);
    response.replaceChild(forged, assertion);
    below(forged, SAML, 'AttributeValue').appendChild(assertion);
  }),
  wrapping('S11', 'the genuine assertion in the SubjectConfirmationData of a forged one', (parts) => {
    const { response, assertion } = parts;
    const forged = evilCopy(assertion);
    response.replaceChild(forged, assertion);
    below(forged, SAML, 'SubjectConfirmationData').appendChild(assertion);
  }),
  wrapping('S11', 'the genuine response around a forged one', ({ document, response, assertion }) => {
    const outer = withoutSignature(copy(response));
    outer.setAttribute('ID', '_evil_response');
    document.replaceChild(outer, response);
    outer.replaceChild(evilCopy(assertion), child(outer, SAML, 'Assertion'));
    outer.appendChild(response);
  }),
  wrapping('S11', 'the genuine response first in a forged one', ({ document, response, assertion }) => {
    const outer = withoutSignature(copy(response));
    outer.setAttribute('ID', '_evil_response');
    document.replaceChild(outer, response);
    outer.replaceChild(evilCopy(assertion), child(outer, SAML, 'Assertion'));
    prepend(outer, response);
  }),
  wrapping('S11', 'CVE-2022-41912: a second assertion at the end', ({ response, assertion }) => {
    response.appendChild(evilCopy(assertion));
  }),
  wrapping(
    'S11',
    'CVE-2026-25922: an unsigned assertion first, the signed one second',
    ({ response, assertion }) => {
      response.insertBefore(evilCopy(assertion, '_first'), child(response, SAML, 'Issuer'));
      response.appendChild(assertion);
    },
  ),
  wrapping(
    'S11',
    'CVE-2025-46572: a forged assertion with the genuine one’s id',
    ({ response, assertion }) => {
      response.insertBefore(evilCopy(assertion, assertion.getAttribute('ID') ?? ''), assertion);
    },
  ),
  wrapping('S11', 'CVE-2025-47949: a forged assertion in front of the whole response’s content', (parts) => {
    prepend(parts.response, evilCopy(parts.assertion));
  }),
  wrapping('S11', 'a forged assertion in the Status', ({ response, assertion }) => {
    child(response, SAMLP, 'Status').appendChild(evilCopy(assertion));
  }),
  wrapping('S11', 'a forged assertion in the KeyInfo of the signature', ({ signature, assertion }) => {
    child(signature, DS, 'KeyInfo').appendChild(evilCopy(assertion));
  }),
  wrapping('S11', 'an assertion of SAML 1.1 beside the genuine one', ({ response, assertion }) => {
    const old = make(response, 'urn:oasis:names:tc:SAML:1.0:assertion', 'Assertion');
    for (const part of childrenOf(evilCopy(assertion))) old.appendChild(part);
    response.insertBefore(old, assertion);
  }),
  wrapping('S11', 'an assertion of no namespace beside the genuine one', ({ response, assertion }) => {
    const bare = response.ownerDocument.createElement('Assertion');
    for (const part of childrenOf(evilCopy(assertion))) bare.appendChild(part);
    response.insertBefore(bare, assertion);
  }),
  wrapping('S11', 'an empty EncryptedAssertion beside the genuine one', ({ response, assertion }) => {
    response.insertBefore(make(response, SAML, 'saml:EncryptedAssertion'), assertion);
  }),
  wrapping('S11', 'the same assertion twice', ({ response, assertion }) => {
    response.appendChild(copy(assertion));
  }),
  {
    ...wrapping('S11', 'no assertion at all', ({ response, assertion }) => {
      response.removeChild(assertion);
    }),
    codes: COUNT,
  },
  wrapping(
    'S11',
    'a forged assertion whose signature is the response’s or the genuine one’s',
    (parts) => {
      const { response, assertion, signature } = parts;
      const forged = evilCopy(assertion, assertion.getAttribute('ID') ?? '');
      response.replaceChild(forged, assertion);
      forged.insertBefore(copy(signature), child(forged, SAML, 'Subject'));
    },
    ['saml.signature_invalid'],
  ),
];

const roots: readonly Mutation[] = [
  {
    row: 'S10',
    name: 'CVE-2022-39299: a forged root before the genuine one',
    recipe: { afterSigning: (xml) => forgedText(xml) + xml },
    codes: { else: ['saml.malformed'], encrypted: false },
  },
  {
    row: 'S10',
    name: 'CVE-2022-39353: a forged root after the genuine one',
    recipe: { afterSigning: (xml) => xml + forgedText(xml) },
    codes: { else: ['saml.malformed'], encrypted: false },
  },
  {
    row: 'S10',
    name: 'an empty element before the root',
    recipe: { afterSigning: (xml) => `<x/>${xml}` },
    codes: { else: ['saml.malformed'], encrypted: false },
  },
  {
    row: 'S10',
    name: 'the genuine assertion as a root of its own',
    recipe: {
      afterSigning: editing(({ document, response, assertion }) => {
        document.replaceChild(assertion, response);
      }),
    },
    codes: { else: ['saml.malformed'], encrypted: false },
  },
];

function forgedText(xml: string): string {
  return editing(({ response, assertion }) => {
    response.replaceChild(evilCopy(assertion), assertion);
    if (childOrNone(response, DS, 'Signature') !== undefined) withoutSignature(response);
  })(xml);
}

export const wrappingMutations: readonly Mutation[] = [...xsw, ...places, ...roots];
