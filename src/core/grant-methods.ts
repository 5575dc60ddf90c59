/**
 * What each of the five STS operations takes and allows, as data: decisions, pages and documentation
 * read this one table. Source: https://docs.aws.amazon.com/STS/latest/APIReference/ (each operation's
 * page) and "Comparing the AWS STS API operations" in the IAM User Guide.
 */
export const GRANT_METHOD_NAMES = [
  'assume-role',
  'assume-role-with-saml',
  'assume-role-with-web-identity',
  'get-federation-token',
  'get-session-token',
] as const;

export type GrantMethodName = (typeof GRANT_METHOD_NAMES)[number];

export interface GrantSupport {
  /** The STS operation, in STS's own spelling. */
  readonly operation: string;
  readonly minimumSeconds: number;
  readonly maximumSeconds: number;
  /** What a mapping without a default gets, before the role's and the mapping's own limits. */
  readonly defaultSeconds: number;
  readonly sessionPolicy: 'optional' | 'required' | 'none';
  readonly sessionTags: boolean;
  readonly sourceIdentity: boolean;
  /** Whether the credentials carry a name that says who asked (RoleSessionName, Name). */
  readonly sessionName: { readonly maximumLength: number } | undefined;
  /** Whether the console accepts the credentials, and who sets how long that session lasts. */
  readonly console: 'session-duration' | 'credentials-life' | 'never';
  readonly needsCredentialSource: boolean;
}

const roleSession = {
  minimumSeconds: 900,
  maximumSeconds: 43_200,
  defaultSeconds: 3_600,
  sessionPolicy: 'optional',
  sessionTags: true,
  sourceIdentity: true,
  sessionName: { maximumLength: 64 },
  console: 'session-duration',
} as const;

export const GRANT_SUPPORT: Readonly<Record<GrantMethodName, GrantSupport>> = {
  'assume-role': { operation: 'AssumeRole', ...roleSession, needsCredentialSource: true },
  'assume-role-with-saml': { operation: 'AssumeRoleWithSAML', ...roleSession, needsCredentialSource: false },
  'assume-role-with-web-identity': {
    operation: 'AssumeRoleWithWebIdentity',
    ...roleSession,
    needsCredentialSource: false,
  },
  'get-federation-token': {
    operation: 'GetFederationToken',
    minimumSeconds: 900,
    maximumSeconds: 129_600,
    defaultSeconds: 43_200,
    sessionPolicy: 'required',
    sessionTags: true,
    sourceIdentity: false,
    sessionName: { maximumLength: 32 },
    console: 'credentials-life',
    needsCredentialSource: true,
  },
  'get-session-token': {
    operation: 'GetSessionToken',
    minimumSeconds: 900,
    maximumSeconds: 129_600,
    defaultSeconds: 43_200,
    sessionPolicy: 'none',
    sessionTags: false,
    sourceIdentity: false,
    sessionName: undefined,
    console: 'never',
    needsCredentialSource: true,
  },
};

/** A role session got with another session's credentials lasts an hour at most ("role chaining"). */
export const CHAINED_MAXIMUM_SECONDS = 3_600;
