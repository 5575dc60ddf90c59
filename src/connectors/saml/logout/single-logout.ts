/**
 * Single logout (SAML profiles section 4.4) through the browser: ours to the provider and the provider's to us.
 * Both are signed, whatever the settings say of sign-in requests: an unsigned one would let any page end
 * somebody's sessions. Which sessions end is told to the broker, which ends them.
 */
import type { Request } from 'express';
import { BrokerError } from '../../../core/errors.ts';
import type { SignInSession } from '../../../core/ports/stores.ts';
import type { CachedSource } from '../../cached-source.ts';
import type { EndsProviderSession, HearsBrowserLogout, HeardLogout } from '../../connector.ts';
import type { IdpFacts } from '../idp-metadata.ts';
import { sessionsNamed } from '../provider-session.ts';
import { redirectUrl } from '../redirect-binding.ts';
import type { ServiceProvider } from '../service-provider.ts';
import { checkLogoutRequest, type LogoutRequest } from './check-logout-request.ts';
import { readHeardMessage, type HeardMessage } from './heard-message.ts';
import { logoutRequestXml, logoutResponseXml } from './logout-messages.ts';

type HeardRequest = Extract<HeardMessage, { readonly kind: 'request' }>;

export function createSingleLogout(
  ours: ServiceProvider,
  source: CachedSource<IdpFacts>,
): EndsProviderSession & HearsBrowserLogout {
  async function logoutUrl({ connectorState = {} }: SignInSession): Promise<string | undefined> {
    const { nameId } = connectorState;
    if (!ours.settings.singleLogout || nameId === undefined) return undefined;
    const { sloUrl } = await source.get();
    if (sloUrl === undefined) return undefined;
    const xml = logoutRequestXml(ours, sloUrl, { ...connectorState, nameId });
    return redirectUrl({ parameter: 'SAMLRequest', xml, destination: sloUrl }, await ours.keys.signing());
  }

  async function hearLogout(request: Request): Promise<HeardLogout> {
    const message = readHeardMessage(request);
    // Whatever the provider answers: our session has ended before we asked, and nothing hangs on the answer.
    if (message.kind === 'answer') return message;
    const { idp, logout } = await verifiedByNewest(ours, source, message);
    return {
      kind: 'request',
      logout: {
        sessions: sessionsNamed(ours.settings, { nameId: logout.nameId, sessionIndex: soleIndex(logout) }),
        spend: [{ scope: `saml-logout ${idp.entityId}`, value: logout.id, expiresAt: logout.expiresAt }],
      },
      answerUrl: await answerUrl(ours, idp, { inResponseTo: logout.id, relayState: message.relayState }),
    };
  }

  return { logoutUrl, hearLogout };
}

interface Verified {
  readonly idp: IdpFacts;
  readonly logout: LogoutRequest;
}

/** With the certificates we know, and once more with the newest: the provider may have changed its key meanwhile. */
async function verifiedByNewest(
  ours: ServiceProvider,
  source: CachedSource<IdpFacts>,
  message: HeardRequest,
): Promise<Verified> {
  const known = await source.get();
  try {
    return await verified(ours, known, message);
  } catch (error) {
    if (!(error instanceof BrokerError) || error.code !== 'saml.signature_invalid') throw error;
    const newest = await source.refetch();
    if (newest === known) throw error;
    return verified(ours, newest, message);
  }
}

async function verified(ours: ServiceProvider, idp: IdpFacts, message: HeardRequest): Promise<Verified> {
  const signedXml = await message.verified(idp.certificates);
  const logout = checkLogoutRequest(signedXml, {
    issuer: idp.entityId,
    destination: ours.logoutUrl,
    now: ours.clock.now().getTime(),
    skewMilliseconds: ours.settings.clockSkewSeconds * 1_000,
  });
  return { idp, logout };
}

/** Several indexes end everything of the person: one session too many ends rather than one too few. */
function soleIndex({ sessionIndexes }: LogoutRequest): string | undefined {
  return sessionIndexes.length === 1 ? sessionIndexes[0] : undefined;
}

async function answerUrl(
  ours: ServiceProvider,
  idp: IdpFacts,
  { inResponseTo, relayState }: { readonly inResponseTo: string; readonly relayState: string | undefined },
): Promise<string | undefined> {
  const destination = idp.sloAnswerUrl ?? idp.sloUrl;
  if (destination === undefined) return undefined;
  const xml = logoutResponseXml(ours, destination, inResponseTo);
  return redirectUrl({ parameter: 'SAMLResponse', xml, destination, relayState }, await ours.keys.signing());
}
