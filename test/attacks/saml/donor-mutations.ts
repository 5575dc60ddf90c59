/** Signatures that the provider's key truly made, over something that is no sign-in. */
import type { Recipe } from '../../support/fake-saml-idp.ts';
import {
  DS,
  SAML,
  SAMLP,
  child,
  childrenOf,
  copy,
  editing,
  evilCopy,
  make,
  parse,
  withoutSignature,
  type Parts,
} from './edit-xml.ts';
import type { Aid, Codes, Mutation } from './mutation.ts';
import { signRoot } from './sign-anything.ts';

const RESPONDER = 'urn:oasis:names:tc:SAML:2.0:status:Responder';
const SUCCESS = 'urn:oasis:names:tc:SAML:2.0:status:Success';

/** What the provider answers when it could not sign somebody in: signed, and without an assertion. */
function signedError(after: (parts: Parts, forged: Element) => void): Recipe {
  let forged: Element | undefined;
  return {
    signs: 'response',
    status: RESPONDER,
    beforeSigning: editing(({ response, assertion }) => {
      forged = evilCopy(assertion);
      response.removeChild(assertion);
    }),
    afterSigning: editing((parts) => {
      if (forged === undefined) throw new Error('nothing was kept');
      after(parts, parts.document.importNode(forged, true));
    }),
  };
}

const STATUS: Codes = ['saml.status'];
const UNSOUND: Codes = ['saml.signature_invalid', 'saml.assertion_count'];

const errors: readonly Mutation[] = [
  {
    row: 'S12',
    name: 'OneUptime #2981: a signed error with a forged assertion in its signature’s Object',
    recipe: signedError(({ signature }, forged) => {
      const object = make(signature, DS, 'ds:Object');
      object.appendChild(forged);
      signature.appendChild(object);
    }),
    codes: { else: STATUS, encrypted: false },
  },
  {
    row: 'S12',
    name: 'a signed error with a forged assertion beside its signature',
    recipe: signedError(({ response }, forged) => response.appendChild(forged)),
    codes: STATUS,
  },
  {
    row: 'S12',
    name: 'a signed error inside a forged success',
    recipe: signedError(({ document, response }, forged) => {
      const outer = withoutSignature(copy(response));
      outer.setAttribute('ID', '_evil_response');
      const [code] = childrenOf(child(outer, SAMLP, 'Status'));
      code?.setAttribute('Value', SUCCESS);
      document.replaceChild(outer, response);
      outer.appendChild(response);
      outer.appendChild(forged);
    }),
    codes: UNSOUND,
  },
  {
    row: 'S12',
    name: 'a signed error whose status was made a success',
    recipe: signedError(({ response }, forged) => {
      const [code] = childrenOf(child(response, SAMLP, 'Status'));
      code?.setAttribute('Value', SUCCESS);
      response.appendChild(forged);
    }),
    codes: UNSOUND,
  },
  {
    row: 'S12',
    name: 'a signed error with a second, successful status',
    recipe: signedError(({ response }, forged) => {
      const second = copy(child(response, SAMLP, 'Status'));
      childrenOf(second)[0]?.setAttribute('Value', SUCCESS);
      response.insertBefore(second, child(response, SAMLP, 'Status'));
      response.appendChild(forged);
    }),
    codes: STATUS,
  },
];

const at = (): string => new Date().toISOString();
const METADATA = 'urn:oasis:names:tc:SAML:2.0:metadata';

const DONORS: readonly (readonly [name: string, xml: (issuer: string) => string])[] = [
  ['metadata', (issuer) => `<md:EntityDescriptor xmlns:md="${METADATA}" ID="_donor" entityID="${issuer}"/>`],
  ['a LogoutRequest', (issuer) => message('LogoutRequest', issuer)],
  ['a LogoutResponse', (issuer) => message('LogoutResponse', issuer)],
  ['an AuthnRequest', (issuer) => message('AuthnRequest', issuer)],
  ['an ArtifactResponse', (issuer) => message('ArtifactResponse', issuer)],
];

function message(name: string, issuer: string): string {
  return `<samlp:${name} xmlns:samlp="${SAMLP}" ID="_donor" Version="2.0" IssueInstant="${at()}"><saml:Issuer xmlns:saml="${SAML}">${issuer}</saml:Issuer><samlp:Status><samlp:StatusCode Value="${SUCCESS}"/></samlp:Status></samlp:${name}>`;
}

function donate(
  { idp }: Aid,
  donor: (issuer: string) => string,
  give: (parts: Parts, donor: Element) => void,
): Recipe {
  const signed = parse(signRoot(donor(idp.entityId), idp.key())).documentElement;
  return {
    signs: 'none',
    afterSigning: editing((parts) => give(parts, parts.document.importNode(signed, true))),
  };
}

function transplant(donor: Element, owner: Element): void {
  owner.insertBefore(child(donor, DS, 'Signature'), childrenOf(owner)[1] ?? null);
}

const donations: readonly Mutation[] = DONORS.flatMap(([name, xml]): Mutation[] => [
  {
    row: 'S13',
    name: `the signature of ${name} on a forged assertion with its id`,
    recipe: (aid) =>
      donate(aid, xml, ({ response, assertion }, donor) => {
        const forged = evilCopy(assertion, '_donor');
        transplant(donor, forged);
        response.replaceChild(forged, assertion);
      }),
    codes: ['saml.signature_invalid'],
  },
  {
    row: 'S13',
    name: `${name}, signed, inside a forged response that has its signature`,
    recipe: (aid) =>
      donate(aid, xml, ({ response, assertion }, donor) => {
        response.replaceChild(evilCopy(assertion), assertion);
        const signature = copy(child(donor, DS, 'Signature'));
        response.insertBefore(signature, child(response, SAMLP, 'Status'));
        response.appendChild(withoutSignature(donor));
      }),
    codes: ['saml.signature_invalid'],
  },
]);

const instead: readonly Mutation[] = DONORS.slice(1).map(([name, xml]) => ({
  row: 'S13',
  name: `${name}, signed, in place of a response`,
  recipe: ({ idp }) => ({ afterSigning: () => signRoot(xml(idp.entityId), idp.key()) }),
  codes: { else: ['saml.malformed'], encrypted: false },
}));

export const donorMutations: readonly Mutation[] = [...errors, ...donations, ...instead];
