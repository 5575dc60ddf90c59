/**
 * What ten products put into an ID token and a userinfo answer, after their public documentation: made anew for
 * each sign-in, with invented people.
 */
import type { ProviderPreset } from '../../src/core/catalogue.ts';

export interface OpenIdShape {
  readonly claims: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly userinfo?: Readonly<Record<string, unknown>>;
  readonly discovery?: Readonly<Record<string, unknown>>;
  /** Whom the broker must see. */
  readonly person: {
    readonly subject: string;
    readonly groups: readonly string[];
    readonly displayName?: string;
    readonly email?: string;
  };
  readonly providerSession?: string;
}

/** Takes away what the fake provider's honest token has and these products leave out. */
const NOTHING = {
  auth_time: undefined,
  name: undefined,
  email: undefined,
  groups: undefined,
  at_hash: undefined,
};
const ANN = { displayName: 'Ann Example', email: 'ann@example.com' };
const EMAIL = { email: 'ann@example.com', email_verified: true };
const NAME = { name: 'Ann Example', given_name: 'Ann', family_name: 'Example' };

export function openIdShapes(now: number): Readonly<Record<ProviderPreset, OpenIdShape>> {
  return {
    'entra-id': entraId(now),
    okta: okta(now),
    adfs: adfs(now),
    'google-workspace': googleWorkspace(now),
    keycloak: keycloak(now),
    shibboleth: shibboleth(now),
    simplesamlphp: simpleSamlPhp(now),
    onelogin: oneLogin(now),
    ping: ping(now),
    auth0: auth0(now),
  };
}

/** `iat` and `nbf` lie five minutes back; groups are object ids; `tid`, `rh`, `uti` are its own. */
function entraId(now: number): OpenIdShape {
  const groups = ['0b6a2f4c-9f4e-4a7e-8f0a-3d3d7e9d2c11', '7c1d5a52-6a6f-4c1b-9a0e-2f1f1c5b8d20'];
  const subject = 'AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ';
  return {
    claims: {
      ...NOTHING,
      ...{ iat: now - 300, nbf: now - 300, exp: now + 3_600, sub: subject, name: 'Ann Example', ver: '2.0' },
      ...{ email: 'ann@example.com', preferred_username: 'ann@example.com', groups, wids: ['b79fbf4d'] },
      ...{ oid: '3f2a8f0e-2f4b-4a52-9a58-0c0e1d2b3c4d', tid: '9188040d-6c67-4c5b-b112-36a304b66dad' },
      ...{ rh: '0.AAAA.', uti: 'dGVzdA', sid: '001f2a9b-0000-4000-8000-000000000001' },
    },
    discovery: { tenant_region_scope: 'EU', cloud_instance_name: 'microsoftonline.com' },
    person: { ...ANN, subject, groups },
    providerSession: '001f2a9b-0000-4000-8000-000000000001',
  };
}

/** The "thin" ID token of a flow with an access token: the rest is at userinfo. */
function okta(now: number): OpenIdShape {
  const subject = '00uid4BxXw6I6TV4m0g3';
  const groups = ['Everyone', 'AWS Administrators'];
  return {
    claims: {
      ...NOTHING,
      ...{
        sub: subject,
        ver: 1,
        iat: now,
        exp: now + 3_600,
        auth_time: now - 900,
        idp: '00o5t60iloOHN9pbi0h7',
      },
      ...{ jti: 'ID.0000', amr: ['pwd', 'otp', 'mfa'], acr: 'urn:okta:loa:2fa:any', at_hash: undefined },
    },
    header: { typ: undefined },
    userinfo: {
      ...{ sub: subject, ...NAME, ...EMAIL, groups, locale: 'en-US', zoneinfo: 'Europe/Berlin' },
      ...{ preferred_username: 'ann@example.com', updated_at: now - 86_400 },
    },
    person: { ...ANN, subject, groups },
  };
}

/** Short names of Microsoft's claim types; `sid` is the account's, not the session's; one group is no list. */
function adfs(now: number): OpenIdShape {
  const subject = 'V2X2ZrBrZ7rKbqQx1XNm1VJ1yQ0PUQ6o7m1LrJ0y6bA=';
  return {
    claims: {
      ...NOTHING,
      ...{ sub: subject, iat: now, nbf: now, exp: now + 3_600, auth_time: now - 30 },
      ...{ upn: 'ann@corp.example', unique_name: 'CORP\\ann', email: 'ann@example.com' },
      ...{
        group: 'AWS-Admins',
        sid: 'S-1-5-21-1-2-3-1104',
        pwd_url: 'https://adfs.example/adfs/portal/updatepassword/',
      },
      ...{ authmethod: 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport', scp: 'openid' },
    },
    header: { x5t: 'dGVzdA' },
    userinfo: { sub: subject },
    discovery: { access_token_issuer: 'http://adfs.example/adfs/services/trust', capabilities: ['kdf_ver2'] },
    person: { subject, groups: ['AWS-Admins'], displayName: 'CORP\\ann', email: 'ann@example.com' },
    providerSession: 'S-1-5-21-1-2-3-1104',
  };
}

/** No groups; `azp` beside one audience; `hd` names the company. */
function googleWorkspace(now: number): OpenIdShape {
  const subject = '110169484474386276334';
  return {
    claims: {
      ...NOTHING,
      ...{ sub: subject, azp: 'daypass', hd: 'example.com', ...EMAIL, ...NAME, iat: now, exp: now + 3_600 },
      picture: 'https://lh3.googleusercontent.com/a/photo',
    },
    discovery: { authorization_response_iss_parameter_supported: undefined },
    person: { ...ANN, subject, groups: [] },
  };
}

/** `typ` is a claim too; groups are paths; the session is named twice. */
function keycloak(now: number): OpenIdShape {
  const subject = 'f3c5f6b2-1d2e-4a6a-9b53-0a4b7a5f3c11';
  const session = '1f1b6c1e-7c8e-4f64-a1c6-2a5f6f0c9d10';
  const groups = ['/aws/administrators', '/engineers'];
  return {
    claims: {
      ...{
        sub: subject,
        typ: 'ID',
        azp: 'daypass',
        jti: '4c4c6a9e',
        acr: '1',
        sid: session,
        session_state: session,
      },
      ...{
        iat: now,
        exp: now + 300,
        auth_time: now - 20,
        ...EMAIL,
        ...NAME,
        groups,
        preferred_username: 'ann',
      },
    },
    discovery: {
      check_session_iframe: 'https://keycloak.example/login-status-iframe.html',
      frontchannel_logout_supported: true,
    },
    person: { ...ANN, subject, groups },
    providerSession: session,
  };
}

/** A bare ID token; eduPerson's names at userinfo. */
function shibboleth(now: number): OpenIdShape {
  const subject = 'KFXWVRPQJ3ZKRNBSLHQXJ4DC5YVJQ7ZC';
  const groups = ['urn:mace:example.com:aws:administrators', 'urn:mace:dir:entitlement:common-lib-terms'];
  return {
    claims: {
      ...NOTHING,
      ...{ sub: subject, aud: ['daypass'], iat: now, exp: now + 3_600, auth_time: now - 5 },
      acr: 'https://refeds.org/profile/mfa',
    },
    userinfo: {
      ...{ sub: subject, ...NAME, email: 'ann@example.com', eduperson_entitlement: groups },
      eduperson_scoped_affiliation: ['staff@example.com', 'member@example.com'],
    },
    person: { ...ANN, subject, groups },
  };
}

/** Its ID tokens have a `jti` and little else. */
function simpleSamlPhp(now: number): OpenIdShape {
  const subject = 'ann@example.com';
  const groups = ['administrators', 'staff'];
  return {
    claims: { ...NOTHING, sub: subject, aud: ['daypass'], jti: 'a1b2', nbf: now, iat: now, exp: now + 1_200 },
    userinfo: { sub: subject, ...NAME, email: 'ann@example.com', groups, preferred_username: 'ann' },
    person: { ...ANN, subject, groups },
  };
}

/** Numbers as subjects; `rt_hash` for a refresh token; groups at userinfo by the scope of that name. */
function oneLogin(now: number): OpenIdShape {
  const subject = '35666371';
  const groups = ['AWS', 'Developers'];
  return {
    claims: {
      ...NOTHING,
      ...{
        sub: subject,
        email: 'ann@example.com',
        preferred_username: 'ann',
        name: 'Ann Example',
        rt_hash: 'bKEikCYYUi6n',
      },
      ...{ iat: now, exp: now + 7_200, sid: '6e3f9a0c-51de-4d0b-a6ea-1d5f6c8f9b7e' },
    },
    userinfo: {
      sub: subject,
      email: 'ann@example.com',
      preferred_username: 'ann',
      name: 'Ann Example',
      groups,
    },
    person: { ...ANN, subject, groups },
    providerSession: '6e3f9a0c-51de-4d0b-a6ea-1d5f6c8f9b7e',
  };
}

/** `acr` names a sign-on policy; names with a dot are its own. */
function ping(now: number): OpenIdShape {
  const subject = '5d0b5f6e-5c3c-4b1d-9b8e-7f5f0c3e2a10';
  const groups = ['AWS Administrators'];
  return {
    claims: {
      ...NOTHING,
      ...{
        sub: subject,
        iat: now,
        exp: now + 3_600,
        auth_time: now - 10,
        acr: 'Single_Factor',
        amr: ['pwd'],
      },
      ...{ env: '9ad15e9e', org: '2c5f6b2e', 'p1.region': 'EU', sid: '4b5c6d7e-0000-4000-8000-000000000002' },
    },
    userinfo: { sub: subject, ...NAME, ...EMAIL, groups, env: '9ad15e9e', updated_at: now - 3_600 },
    person: { ...ANN, subject, groups },
    providerSession: '4b5c6d7e-0000-4000-8000-000000000002',
  };
}

/** A pipe in the subject; an Action has set the groups, under a name that is not reserved. */
function auth0(now: number): OpenIdShape {
  const subject = 'auth0|5f7c8ec7c33c6c004bbafe82';
  const groups = ['aws-admins'];
  return {
    claims: {
      ...NOTHING,
      ...{
        sub: subject,
        iat: now,
        exp: now + 36_000,
        ...EMAIL,
        ...NAME,
        nickname: 'ann',
        sid: 'GKG2x0f1ZzT',
      },
      ...{
        daypass_groups: groups,
        'https://example.com/roles': ['ignored'],
        updated_at: '2026-01-01T00:00:00.000Z',
      },
    },
    person: { ...ANN, subject, groups },
    providerSession: 'GKG2x0f1ZzT',
  };
}
