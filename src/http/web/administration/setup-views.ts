/** What the pages of setting up roles are given. */
import type { AdminPage } from './views.ts';

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
