/** What the pages about people are given. */
import type { AuthorizationView, PageFrame, RolesPage, StepView } from '../view-models.ts';
import type { AdminPage } from './views.ts';

export interface PersonRowView {
  readonly href: string;
  readonly label: string;
  readonly subject: string;
  readonly email: string | undefined;
  readonly connectorId: string;
  /** ISO 8601, UTC. */
  readonly signedInAt: string;
  readonly signedInAgo: string;
  /** `refused`: by their identity provider, since they last signed in. */
  readonly state: 'active' | 'refused' | 'disabled';
}

/** `pages/admin-people` */
export interface PeoplePage extends AdminPage {
  readonly query: string;
  readonly people: readonly PersonRowView[];
  readonly isFirst: boolean;
  readonly nextHref: string | undefined;
}

/** `pages/admin-person` */
export interface PersonPage extends AdminPage, PersonRowView {
  /** As in the audit record. */
  readonly principal: string;
  readonly groups: readonly string[];
  readonly attributes: readonly { readonly name: string; readonly values: readonly string[] }[];
  readonly contexts: readonly string[];
  readonly disabled: { readonly at: string; readonly by: string; readonly reason: string } | undefined;
  readonly roles: Omit<RolesPage, keyof PageFrame>;
  readonly explainHref: string;
  readonly sessions: readonly {
    readonly browser: string;
    readonly address: string | undefined;
    readonly signedInAgo: string;
    readonly lastUsedAgo: string;
    readonly endAction: string;
  }[];
  readonly tokens: readonly AuthorizationView[];
  readonly endAllAction: string;
  readonly switchAction: string;
  /** What of it is not this administrator's to do, in a sentence. */
  readonly refusal: string | undefined;
  readonly mayEnd: boolean;
  readonly maySwitch: boolean;
}

/** `pages/admin-explain` */
export interface ExplainPage extends AdminPage {
  readonly fields: ExplainFields;
  readonly connectors: readonly { readonly id: string; readonly label: string }[];
  /** Why the question could not be answered. */
  readonly problem: string | undefined;
  readonly answer: ExplainAnswerView | undefined;
}

/** As they stand in the form. */
export interface ExplainFields {
  readonly role: string;
  readonly who: 'person' | 'application' | 'groups';
  readonly connector: string;
  readonly subject: string;
  readonly application: string;
  /** One a line. */
  readonly groups: string;
  /** `name=value`, one a line. */
  readonly attributes: string;
  readonly contexts: string;
  readonly purpose: 'credentials' | 'console';
  readonly mapping: string;
  readonly durationSeconds: string;
  readonly sessionPolicy: string;
}

interface ExplainAnswerView {
  readonly permitted: boolean;
  readonly title: string;
  readonly code: string | undefined;
  readonly steps: readonly StepView[];
  readonly mappings: readonly {
    readonly id: string;
    readonly href: string;
    readonly lacks: readonly string[];
  }[];
}
