import type { RoleCheck } from '../../../broker/check-role.ts';
import type { RoleOnboarding } from '../../../broker/onboard-role.ts';
import type { LintReport } from '../../../core/onboarding/lint-policy.ts';
import type { Existing } from '../../../core/onboarding/print-cli.ts';
import type { PrintedAccount } from '../../../core/onboarding/print-onboarding.ts';
import type { PageContent } from '../pages.ts';
import { entryHref } from './list-rows.ts';
import type { RoleTrustPage } from './setup-views.ts';

export interface Tried {
  readonly check?: RoleCheck;
  readonly lint?: { readonly policy: string; readonly report: LintReport };
}

export function roleTrustPage(
  { role, account, accounts, stackSet, notes, version }: RoleOnboarding,
  existing: Existing,
  { check, lint }: Tried = {},
): Omit<PageContent<RoleTrustPage>, 'sections' | 'within'> {
  const { grant } = role;
  const label = role.label ?? role.roleName;
  const roleHref = entryHref('roles', role.id);
  const action = `${roleHref}/trust`;
  return {
    title: `Trust for ${label}`,
    roleLabel: label,
    accountName: account.name,
    roleHref,
    action,
    version,
    choices: choicesOf(action, existing),
    accounts: accounts.map(accountView),
    stackSet: stackSet === undefined ? undefined : { ...stackSet, template: json(stackSet.template) },
    notes: notes.map(({ text }) => text),
    externalId: grant.method === 'assume-role' ? grant.externalId : undefined,
    mayHaveExternalId: grant.method === 'assume-role' && grant.externalId === undefined,
    check: check === undefined ? undefined : { ...check, patch: (check.patch ?? []).map(accountView) },
    lint:
      lint === undefined
        ? undefined
        : {
            policy: lint.policy,
            findings: lint.report.findings,
            patched: lint.report.patched === undefined ? undefined : json(lint.report.patched),
          },
  };
}

const CHOICES = [
  ['All is new', false, false],
  ['The identity provider is there', false, true],
  ['The role is there', true, false],
  ['Both are there', true, true],
] as const;

function choicesOf(path: string, existing: Existing): RoleTrustPage['choices'] {
  return CHOICES.map(([label, role, provider]) => {
    const query = new URLSearchParams({
      ...(role ? { role: 'existing' } : {}),
      ...(provider ? { provider: 'existing' } : {}),
    });
    const href = query.size === 0 ? path : `${path}?${query.toString()}`;
    return { label, href, isCurrent: role === existing.role && provider === existing.provider };
  });
}

function accountView({
  accountId,
  pieces,
  cli,
  cloudFormation,
  terraform,
}: PrintedAccount): RoleTrustPage['accounts'][number] {
  return {
    accountId,
    cli,
    json: json(pieces),
    cloudFormation: cloudFormation === undefined ? undefined : json(cloudFormation),
    terraform,
  };
}

function json(value: object): string {
  return JSON.stringify(value, null, 2);
}
