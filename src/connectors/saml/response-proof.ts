/** From what a browser posted to what it proves: the cheap guards here, everything else in the verifier's thread. */
import { BrokerError } from '../../core/errors.ts';
import type { SignInDemand } from '../../core/ports/stores.ts';
import type { CachedSource } from '../cached-source.ts';
import type { ConnectorEnvironment } from '../connector-environment.ts';
import type { ProvenSignIn } from '../connector.ts';
import { decodeMessage } from './decode-message.ts';
import { MESSAGE_LIMITS, guardMarkup } from './guard-markup.ts';
import type { IdpFacts } from './idp-metadata.ts';
import type { SamlSettings } from './saml-settings.ts';
import type { ServiceProvider } from './service-provider.ts';
import type { VerificationSettings } from './verify-response.ts';

/** Which request a response must answer, and what that asked for. */
interface Asked {
  /** Undefined for a sign-in that the provider started. */
  readonly requestId: string | undefined;
  readonly demand: SignInDemand | undefined;
}

export interface ResponseProof {
  /** @throws BrokerError `saml.*`, `idp.*`, `sign_in.busy` */
  prove(samlResponse: unknown, asked: Asked): Promise<ProvenSignIn>;
}

type ProofEnvironment = Pick<ConnectorEnvironment, 'keys' | 'samlVerifier'>;

export function createResponseProof(
  ours: ServiceProvider,
  source: CachedSource<IdpFacts>,
  { keys, samlVerifier }: ProofEnvironment,
): ResponseProof {
  const settings = verificationSettingsOf(ours.settings);

  async function verify(xml: string, idp: IdpFacts, { requestId, demand }: Asked): Promise<ProvenSignIn> {
    return samlVerifier.verify({
      xml,
      settings,
      idp,
      expected: {
        issuer: idp.entityId,
        audience: ours.entityId,
        acsUrl: ours.acsUrl,
        requestId,
        now: ours.clock.now().getTime(),
        skewMilliseconds: ours.settings.clockSkewSeconds * 1_000,
      },
      demand,
      // Private keys go to the thread only with messages that need one.
      decryptionKeys: xml.includes('EncryptedAssertion')
        ? (await keys.decryption()).map(({ privateKey }) => privateKey)
        : [],
    });
  }

  return {
    async prove(samlResponse, asked) {
      const xml = decodeMessage(samlResponse);
      guardMarkup(xml, MESSAGE_LIMITS);
      const known = await source.get();
      try {
        return await verify(xml, known, asked);
      } catch (error) {
        if (!(error instanceof BrokerError) || error.code !== 'saml.signature_invalid') throw error;
        // The provider may have changed its key since we read its metadata.
        const newest = await source.refetch();
        if (newest === known) throw error;
        return verify(xml, newest, asked);
      }
    },
  };
}

/** Without the rest, such as a whole metadata document, which would be copied with each message. */
function verificationSettingsOf(settings: SamlSettings): VerificationSettings {
  const { id, signed, encryption, requiredContexts, maximumAuthenticationAgeSeconds } = settings;
  const { subjectAttribute, groupsAttribute, emailAttribute, displayNameAttribute, repeatedAttributes } =
    settings;
  return {
    id,
    signed,
    encryption,
    requiredContexts,
    groupsAttribute,
    emailAttribute,
    displayNameAttribute,
    repeatedAttributes,
    ...(maximumAuthenticationAgeSeconds === undefined ? {} : { maximumAuthenticationAgeSeconds }),
    ...(subjectAttribute === undefined ? {} : { subjectAttribute }),
  };
}
