import {
  AbstractStrategy,
  SAML,
  ValidateInResponseTo,
  type CacheProvider,
  type Profile,
  type SamlConfig,
  type VerifyWithoutRequest,
} from '@node-saml/passport-saml';
import type { IdpFacts } from './idp-metadata.ts';
import type { SamlSettings } from './saml-settings.ts';

/** What the verified signature covers; nothing else of the message may be believed. */
export interface SignedContent {
  /** A Response or an Assertion in canonical form. */
  readonly signedXml: string;
}

interface StrategySetup {
  readonly signed: SamlSettings['signed'];
  readonly idp: IdpFacts;
  readonly entityId: string;
  readonly acsUrl: string;
}

/** The library remembers requests in memory, for anybody who asks; flows are the broker's own. */
const NO_CACHE: CacheProvider = {
  saveAsync: () => Promise.resolve(null),
  getAsync: () => Promise.resolve(null),
  removeAsync: () => Promise.resolve(null),
};

/**
 * The library's message handling and signature verification, without its reading of the profile: that goes by
 * the machine's clock, checks few of the rules, and merges attributes into the identity.
 */
class SignatureVerifier extends SAML {
  protected override getSignedAssertion(signedXml: string): Promise<string> {
    return Promise.resolve(signedXml);
  }

  protected override processValidlySignedAssertionAsync(
    xml: string,
  ): Promise<{ profile: Profile; loggedOut: boolean }> {
    const profile = { issuer: '', nameID: '', nameIDFormat: '', getAssertionXml: () => xml };
    return Promise.resolve({ profile, loggedOut: false });
  }
}

const handOver: VerifyWithoutRequest = (profile, done) => {
  done(null, { signedXml: profile?.getAssertionXml?.() ?? '' });
};

/** Logout messages are never handed to this strategy. */
const refuseLogout: VerifyWithoutRequest = (_profile, done) => {
  done(new Error('not a sign-in'));
};

/** passport-saml's strategy for one message: which certificates hold differs each time. It never starts a sign-in. */
export class SamlStrategy extends AbstractStrategy {
  static override readonly newSamlProviderOnConstruct = false;

  constructor(setup: StrategySetup) {
    const config = configOf(setup);
    super(config, handOver, refuseLogout);
    this._saml = new SignatureVerifier(config);
  }
}

function configOf({ signed, idp, entityId, acsUrl }: StrategySetup): SamlConfig {
  return {
    issuer: entityId,
    audience: entityId,
    callbackUrl: acsUrl,
    entryPoint: idp.ssoUrl,
    idpCert: [...idp.certificates],
    wantAssertionsSigned: signed !== 'response',
    wantAuthnResponseSigned: signed !== 'assertion',
    validateInResponseTo: ValidateInResponseTo.never,
    cacheProvider: NO_CACHE,
  };
}
