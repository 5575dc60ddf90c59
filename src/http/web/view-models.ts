/** What each page is given: plain data, ready to print. Templates hold no rules. */
import type { ErrorCode } from '../../core/errors.ts';

/** On every page. */
export interface PageFrame {
  readonly title: string;
  readonly requestId: string;
  /** Who is signed in; undefined before and after. */
  readonly person: PersonView | undefined;
  /** What every form that changes something sends along as `csrfToken`; undefined where nobody is signed in. */
  readonly csrfToken: string | undefined;
  /** Whether the way to the administration is shown. */
  readonly administers: boolean;
  readonly sandbox: SandboxLinks | undefined;
  /** ISO 8601, while somebody administers by break-glass. */
  readonly breakGlassEndsAt?: string;
}

export interface PersonView {
  readonly label: string;
  readonly email: string | undefined;
  readonly connectorLabel: string;
  readonly groups: readonly string[];
}

/** Shown as a banner while the embedded sandbox is on. */
export interface SandboxLinks {
  readonly awsUrl: string;
  readonly identityProvidersUrl: string;
}

/** `pages/sign-in` */
export interface SignInPage extends PageFrame {
  readonly connectors: readonly {
    readonly label: string;
    readonly kind: 'SAML' | 'OpenID Connect';
    readonly href: string;
  }[];
}

/** `pages/first-run`: the steps to a first administrator, each with what there is of it. */
export interface FirstRunPage extends PageFrame {
  /** For the forms of this page: the wizard is not the browser's session. */
  readonly formToken: string;
  /** Why the form that was sent changed nothing. */
  readonly problems: readonly string[];
  /** What was typed into it. */
  readonly values: Readonly<
    Record<
      | 'kind'
      | 'label'
      | 'preset'
      | 'metadataUrl'
      | 'metadata'
      | 'issuer'
      | 'clientId'
      | 'clientSecretName'
      | 'accountId'
      | 'accountName'
      | 'roleName',
      string
    >
  >;
  readonly connectors: readonly { readonly label: string; readonly signInHref: string }[];
  readonly presets: readonly string[];
  readonly secretNames: readonly string[];
  /** What the identity provider has to be told. */
  readonly tell: { readonly entityId: string; readonly acsUrl: string; readonly redirectUri: string };
  readonly roles: readonly { readonly roleName: string; readonly accountName: string }[];
  /** What the provider sent of whoever is signed in. */
  readonly arrived:
    | {
        readonly subject: string;
        readonly groups: readonly string[];
        readonly attributes: readonly { readonly name: string; readonly values: readonly string[] }[];
      }
    | undefined;
}

/** `pages/break-glass` */
export interface BreakGlassPage extends PageFrame {
  readonly minutes: number;
}

/** `pages/signed-out` */
export interface SignedOutPage extends PageFrame {
  /** Where the browser goes on to sign out at the identity provider; without `href` where it could not be asked. */
  readonly provider: { readonly label: string; readonly href: string | undefined } | undefined;
}

/** `pages/sessions`: a person's own sign-in sessions, newest first, and what else acts for them. */
export interface SessionsPage extends PageFrame {
  readonly sessions: readonly SessionView[];
  /** Whether there may be older ones that are not shown. */
  readonly isCut: boolean;
  readonly authorizations: readonly AuthorizationView[];
}

/** A personal token, an AWS client or an application that may act for the person. */
export interface AuthorizationView {
  readonly label: string;
  /** e.g. `personal token`, `AWS client` */
  readonly kind: string;
  readonly isPersonal: boolean;
  /** Where it was asked for. */
  readonly address: string | undefined;
  /** The only roles it is for, by id; undefined for all of the person's. */
  readonly roles: readonly string[] | undefined;
  readonly createdAt: string;
  readonly createdAgo: string;
  readonly lastUsedAt: string;
  /** Undefined where it never was. */
  readonly lastUsedAgo: string | undefined;
  readonly expiresAt: string;
  readonly expiresAhead: string;
  readonly endAction: string;
}

/** `pages/new-token` */
export interface NewTokenPage extends PageFrame {
  readonly maximumDays: number;
  readonly usualDays: number;
  /** Unique to this form. */
  readonly once: string;
  readonly query: string;
  /** Whether the person has more roles than are shown at once. */
  readonly isSearchable: boolean;
  /** How many the search leaves. */
  readonly matching: number;
  readonly roles: readonly { readonly id: string; readonly label: string; readonly accountName: string }[];
}

/** `pages/token`: a personal token, this once. */
export interface TokenPage extends PageFrame {
  readonly label: string;
  readonly token: string;
  readonly roles: readonly string[] | undefined;
  readonly expiresAt: string;
}

export interface SessionView {
  /** e.g. `Firefox on Windows` */
  readonly browser: string;
  readonly address: string | undefined;
  readonly connectorLabel: string;
  /** ISO 8601, UTC. */
  readonly signedInAt: string;
  readonly signedInAgo: string;
  readonly lastUsedAt: string;
  readonly lastUsedAgo: string;
  readonly isCurrent: boolean;
  readonly endAction: string;
}

/** `pages/api` */
export interface ApiPage extends PageFrame {
  readonly operations: readonly ApiOperationView[];
  readonly errors: readonly { readonly code: string; readonly status: number; readonly text: string }[];
}

export interface ApiOperationView {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly description: string | undefined;
  /** What a caller shows, in words. */
  readonly access: string;
  readonly parameters: readonly ApiFieldView[];
  readonly bodyType: string | undefined;
  readonly bodyFields: readonly ApiFieldView[];
  readonly answerStatus: string;
  readonly answerDescription: string;
  readonly answerTypes: readonly string[];
  readonly answerFields: readonly ApiFieldView[];
  readonly refusals: readonly { readonly status: string; readonly codes: readonly string[] }[];
  readonly curl: string;
}

export interface ApiFieldView {
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly description: string;
}

/** `pages/roles` */
export interface RolesPage extends PageFrame {
  readonly query: string;
  /** What else the page's address holds and a search keeps; and the address without a search. */
  readonly kept: readonly FormField[];
  readonly allHref: string;
  /** How many roles the person has, and how many the search leaves. */
  readonly total: number;
  readonly matching: number;
  readonly accounts: readonly AccountView[];
  /** Paging of what matches; undefined where there is no such page. */
  readonly previousHref: string | undefined;
  readonly nextHref: string | undefined;
  readonly page: number;
  readonly pages: number;
}

export interface FormField {
  readonly name: string;
  readonly value: string;
}

export interface AccountView {
  readonly id: string;
  readonly name: string;
  readonly environment: string | undefined;
  readonly colour: 'grey' | 'blue' | 'green' | 'amber' | 'red' | 'violet';
  readonly partition: string;
  readonly roles: readonly RoleView[];
}

export interface RoleView {
  readonly id: string;
  readonly label: string;
  /** Path and name as in IAM. */
  readonly roleName: string;
  readonly description: string | undefined;
  /** e.g. `AssumeRoleWithSAML` */
  readonly operation: string;
  readonly chained: boolean;
  /** e.g. `up to 12 hours`, `up to 1 hour (chained)` */
  readonly howLong: string;
  /** e.g. `asks for a fresh sign-in (15 minutes)`; undefined where any sign-in will do. */
  readonly asksFor: string | undefined;
  /** e.g. `through group engineering` */
  readonly why: string;
  readonly mappingId: string;
  /** How many further mappings give the same role. */
  readonly otherMappingsCount: number;
  readonly consolePossible: boolean;
  readonly needsMfaCode: boolean;
  /** Services the role is reserved for; then nobody can use it, and the page says so. */
  readonly reservedFor: readonly string[];
  /** Where the two forms post to, and the page with every choice. */
  readonly consoleAction: string;
  readonly credentialsAction: string;
  readonly href: string;
}

/** `pages/role`: one role with every choice a request may make. */
export interface RolePage extends PageFrame {
  readonly account: Omit<AccountView, 'roles'>;
  readonly role: RoleView;
  /** Empty where one mapping alone gives the role. What else the page says is of the chosen one. */
  readonly mappings: readonly {
    readonly id: string;
    readonly why: string;
    readonly howLong: string;
    readonly href: string;
    readonly isChosen: boolean;
  }[];
  readonly durations: readonly {
    readonly seconds: number;
    readonly label: string;
    readonly selected: boolean;
  }[];
  readonly minimumSeconds: number;
  readonly maximumSeconds: number;
  /** What a session policy of the request may hold: the mapping may have one already. */
  readonly sessionPolicy: 'none' | 'any' | 'deny-only';
  /** What the role asks of a sign-in, and whether the present one is that; undefined where any will do. */
  readonly signIn:
    | {
        /** e.g. `15 minutes` */
        readonly newest: string | undefined;
        readonly contexts: readonly string[];
        readonly willDo: boolean;
      }
    | undefined;
  /** What was pressed before the person was sent to sign in; undefined for who just comes. */
  readonly resumed: ResumedClick | undefined;
}

export interface ResumedClick {
  readonly purpose: 'console' | 'credentials';
  readonly sessionPolicy: string;
  readonly policyLeftOut: boolean;
  /** The page goes on by itself. */
  readonly goesOn: boolean;
}

/** `pages/credentials`: each tab one form of the same credentials. */
export interface CredentialsPage extends PageFrame {
  readonly account: Omit<AccountView, 'roles'>;
  readonly roleLabel: string;
  readonly roleHref: string;
  /** RoleSessionName, as AWS's logs will show it. */
  readonly sessionName: string | undefined;
  /** ISO 8601, UTC; the page shows local time and a countdown. */
  readonly expiresAt: string;
  readonly tabs: readonly { readonly id: string; readonly label: string; readonly text: string }[];
}

/** `pages/aws-login`: which role a client gets that waits for one. */
export interface AwsLoginPage extends RolesPage {
  /** The person carries a code to the client; else it listens on this machine. */
  readonly onOtherDevice: boolean;
  /** Where the form posts to, with `kept` and the role. */
  readonly action: string;
  /** Where this browser comes from. */
  readonly address: string | undefined;
  /** ISO 8601, UTC. */
  readonly askedAt: string;
  /** By the id of each role that needs another sign-in first: the way there and back. */
  readonly signInHrefs: ReadonlyMap<string, string>;
  /** How many further roles the person has that cannot be used this way. */
  readonly leftOut: number;
  /** e.g. `15 minutes` */
  readonly credentialsLife: string;
}

/** `pages/aws-login-done` */
export interface AwsLoginDonePage extends PageFrame {
  /** What was given; undefined where the person gave nothing. */
  readonly given: { readonly roleLabel: string; readonly account: Omit<AccountView, 'roles'> } | undefined;
  /** Where the client listens; undefined where it is on another device. */
  readonly href: string | undefined;
  /** What the person copies to it, and how long that works. */
  readonly code: { readonly text: string; readonly life: string } | undefined;
}

/** `pages/setup`: how to set every kind of tool up. */
export interface SetupPage extends PageFrame {
  readonly baseUrl: string;
  /** How many roles tools may use; `config` is undefined where they are too many to read. */
  readonly profiles: number;
  readonly config: string | undefined;
  /** Roles that only pages hand out. */
  readonly leftOut: readonly {
    readonly label: string;
    readonly accountName: string;
    readonly href: string;
  }[];
  readonly snippets: Readonly<Record<SetupSnippet, string>>;
}

type SetupSnippet =
  | 'login'
  | 'environmentSh'
  | 'environmentPowershell'
  | 'models'
  | 'awsLogin'
  | 'tokenSh'
  | 'tokenPowershell'
  | 'saveSh'
  | 'savePowershell'
  | 'oneLiner'
  | 'containerSh'
  | 'docker'
  | 'kubernetes'
  | 'terraform'
  | 'signOut';

export interface StepView {
  readonly title: string;
  readonly state: 'ok' | 'failed' | 'not-reached' | 'not-checked';
  readonly stateLabel: string;
  readonly text: string;
  /** Where an administrator mends it. */
  readonly mendHref: string | undefined;
}

/** `pages/error`: a refusal or a fault. */
export interface ErrorPage extends PageFrame {
  readonly status: number;
  readonly code: ErrorCode;
  readonly text: string;
  /** What led to it, as far as it is the person's; empty where nothing was asked of a role. */
  readonly steps: readonly StepView[];
  /** What to do next, one line each. */
  readonly advice: readonly string[];
  readonly actions: readonly { readonly label: string; readonly href: string }[];
}

/** `pages/sign-in-again`: leaves for the identity provider, and comes back to what only a fresh sign-in opens. */
export interface SignInAgainPage extends PageFrame {
  readonly code: ErrorCode;
  /** What the role needs. */
  readonly text: string;
  readonly href: string;
}

/** `pages/resubmit`: sends a cross-site POST once more from our own origin, so that Lax cookies come along. */
export interface ResubmitPage extends PageFrame {
  readonly action: string;
  readonly fields: readonly FormField[];
}

/** `pages/device`: where a person types the code that a client shows. */
export interface DevicePage extends PageFrame {
  readonly userCode: string;
  /** Nobody waits with this code. */
  readonly isWrong: boolean;
}

/** `pages/client`: a client that waits for the person's word. */
export interface ClientPage extends PageFrame {
  readonly clientName: string;
  /** e.g. `aws-cli/2.36.12`; what a program says of itself. */
  readonly program: string | undefined;
  /** Where it asked from; undefined where that is this browser. */
  readonly requester: { readonly address: string; readonly isHere: boolean } | undefined;
  /** ISO 8601, UTC. */
  readonly askedAt: string;
  /** To be compared with what the client shows. */
  readonly userCode: string | undefined;
  /** Where on this machine the answer goes. */
  readonly answersTo: string | undefined;
  /** When everything that comes of it ends. ISO 8601, UTC. */
  readonly endsAt: string;
  readonly action: string;
}

/** `pages/client-answered` */
export interface ClientAnsweredPage extends PageFrame {
  readonly clientName: string;
  readonly approved: boolean;
  /** The client on this machine, where the browser brings the answer. */
  readonly href: string | undefined;
}
