/** What the pages of setting up roles are given. */
import type { ImportKind } from '../../../core/import/import-kinds.ts';
import type { AdminPage, PlanView, RowView } from './views.ts';

/** `pages/admin-checks`: what was found when roles were last tried out. */
export interface RoleChecksPage extends AdminPage {
  /** Or only what is wrong. */
  readonly isWhole: boolean;
  readonly otherHref: string;
  readonly tried: number;
  readonly troubled: number;
  readonly untried: number;
  readonly rows: readonly RowView[];
  readonly previousHref: string | undefined;
  readonly nextHref: string | undefined;
  readonly page: number;
  readonly pages: number;
}

/** `pages/admin-trust`: what a role's account sets up, and whether it works. */
export interface RoleTrustPage extends AdminPage {
  /** The role's own form. */
  readonly roleHref: string;
  readonly roleLabel: string;
  readonly accountName: string;
  /** This page; its forms are below it. */
  readonly action: string;
  readonly version: number;
  /** What is there already, to choose from. */
  readonly choices: readonly { readonly label: string; readonly href: string; readonly isCurrent: boolean }[];
  /** In the order to apply them. */
  readonly accounts: readonly TrustAccountView[];
  readonly stackSet: { readonly template: string; readonly commands: string } | undefined;
  readonly notes: readonly string[];
  readonly externalId: string | undefined;
  readonly mayHaveExternalId: boolean;
  readonly check:
    | {
        readonly outcome: 'works' | 'warns' | 'fails' | 'unchecked';
        readonly text: string;
        /** AWS's own words. */
        readonly detail?: string;
        readonly patch: readonly TrustAccountView[];
      }
    | undefined;
  readonly lint:
    | {
        readonly policy: string;
        readonly findings: readonly {
          readonly code: string;
          readonly severity: 'error' | 'warning';
          readonly where: string;
          readonly text: string;
        }[];
        readonly patched: string | undefined;
      }
    | undefined;
}

export interface TrustAccountView {
  readonly accountId: string;
  readonly cli: string;
  readonly json: string;
  readonly cloudFormation: string | undefined;
  readonly terraform: string | undefined;
}

/** `pages/admin-import`: what other people's files, or AWS, say; and what adding it would change. */
export interface ImportPage extends AdminPage {
  readonly fields: ImportFields;
  readonly kinds: readonly { readonly value: ImportKind; readonly label: string }[];
  readonly connectors: readonly { readonly id: string; readonly label: string }[];
  readonly problems: readonly string[];
  readonly proposal: ProposalView | undefined;
}

/** As they stand in the form. */
export interface ImportFields {
  readonly kind: string;
  readonly connector: string;
  readonly credentialSource: string;
  readonly text: string;
  readonly role: string;
  readonly list: 'roles' | 'accounts';
}

interface ProposalView {
  /** How many of what. */
  readonly found: string;
  /** All of them, as JSON. */
  readonly entries: string;
  readonly notes: readonly {
    readonly isLeftOut: boolean;
    readonly place: string;
    readonly message: string;
  }[];
  readonly moreNotes: number;
  readonly plan: PlanView;
  readonly version: number;
  /** For the preview; undefined where there is nothing to add, or more than a page takes. */
  readonly edits: string | undefined;
  readonly isTooMuch: boolean;
}
