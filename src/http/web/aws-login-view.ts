import { canBeLoggedInTo, LOGIN_CREDENTIALS_SECONDS } from '../../broker/aws-login-approval.ts';
import type { Entitlement } from '../../core/entitlements.ts';
import type { UserPrincipal } from '../../core/principal.ts';
import { refuseAuthentication } from '../../core/required-authentication.ts';
import { durationInWords } from '../../lib/duration-in-words.ts';
import { AUTHORIZE_PATH, CONFIRMATION_PATH, type ReceivedLogin } from './login-request.ts';
import type { PageContent } from './pages.ts';
import { searchRoles } from './search-roles.ts';
import type { AwsLoginPage } from './view-models.ts';

interface Visit {
  readonly principal: UserPrincipal;
  readonly entitlements: readonly Entitlement[];
  readonly query: string;
  readonly page: number;
  readonly address: string | undefined;
  readonly now: Date;
}

/** The roles that a client can be given, and what a person must know before they give one. */
export function loginPage(login: ReceivedLogin, visit: Visit): PageContent<AwsLoginPage> {
  const { onOtherDevice, fields } = login;
  const { entitlements, query, page, address, now } = visit;
  const usable = entitlements.filter(({ role }) => canBeLoggedInTo(role));
  return {
    title: 'Choose a role for the AWS CLI',
    ...searchRoles(usable, query, { page, kept: fields }),
    onOtherDevice,
    action: onOtherDevice ? CONFIRMATION_PATH : AUTHORIZE_PATH,
    address,
    askedAt: now.toISOString(),
    signInHrefs: signInHrefs(usable, { login, visit }),
    leftOut: entitlements.length - usable.length,
    credentialsLife: durationInWords(LOGIN_CREDENTIALS_SECONDS),
  };
}

function signInHrefs(
  entitlements: readonly Entitlement[],
  { login, visit }: { readonly login: ReceivedLogin; readonly visit: Visit },
): ReadonlyMap<string, string> {
  const { principal, now } = visit;
  const returnTo = `${AUTHORIZE_PATH}?${new URLSearchParams(login.fields).toString()}`;
  const lacking = entitlements.filter(({ role }) => refuseAuthentication(role, principal, now) !== undefined);
  return new Map(
    lacking.map(({ role }) => {
      const query = new URLSearchParams({ for: role.id, returnTo });
      return [role.id, `/sign-in/${principal.identity.connectorId}?${query.toString()}`];
    }),
  );
}
