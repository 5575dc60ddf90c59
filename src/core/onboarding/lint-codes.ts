/** What the linter finds. Codes never change once published; texts may. */
interface LintEntry {
  readonly severity: 'error' | 'warning';
  readonly text: string;
}

const error = (text: string): LintEntry => ({ severity: 'error', text });
const warning = (text: string): LintEntry => ({ severity: 'warning', text });

export const LINT_CODES = {
  'policy.syntax': error('IAM would not save this document.'),
  'policy.too-long': error('The document is longer than AWS takes, whatever is raised.'),
  'policy.long': warning('The document is longer than AWS takes unless the quota is raised.'),
  'trust.anyone': error('Everybody in AWS may assume this role: name who.'),
  'trust.anyone-narrowed': warning(
    'The principal is everybody, and only the conditions keep them out: name who.',
  ),
  'trust.external-id': error(
    'Another account may assume this role without an external ID. If that account serves others too, any of them can make it act here (the confused deputy).',
  ),
  'trust.other-external-id': error(
    'The trust policy asks for another external ID than the one that Daypass sends.',
  ),
  'trust.saml-audience': error(
    'Assertions for any recipient are taken: ask for saml:aud of AWS’s sign-in endpoint.',
  ),
  'trust.web-identity-audience': error(
    'Tokens for any audience that the provider lists are taken: ask for the provider’s :aud.',
  ),
  'trust.web-identity-subject': error(
    'Everybody at the provider may assume this role: ask for its :sub, or for sts:RoleAuthorizedByIdp where the provider names roles in its tokens.',
  ),
  'trust.wrong-action': error(
    'This principal never comes by this action, so that the statement lets nobody in.',
  ),
  'trust.wide-action': warning('More actions of STS are allowed than a session needs: name them.'),
  'trust.tag-session': error(
    'Session tags are passed, and sts:TagSession is missing: every call will be refused.',
  ),
  'trust.source-identity': error(
    'A source identity is set, and sts:SetSourceIdentity is missing: every call will be refused.',
  ),
  'permission.everything': warning('Everything is allowed on everything.'),
  'permission.any-role': warning('Every role that trusts this account may be assumed: name the roles.'),
} as const satisfies Record<string, LintEntry>;

export type LintCode = keyof typeof LINT_CODES;
