/** What each page of the administration is given. */
import type { CatalogueList } from '../../../core/catalogue.ts';
import type { FormField, PageFrame } from '../view-models.ts';

/** On every page of the administration. */
export interface AdminPage extends PageFrame {
  readonly sections: readonly {
    readonly label: string;
    readonly href: string;
    readonly isCurrent: boolean;
  }[];
  /** What of it is not this administrator's to change, in a sentence. */
  readonly within: string | undefined;
}

/** `pages/admin-overview` */
export interface OverviewPage extends AdminPage {
  readonly version: number;
  readonly counts: readonly { readonly label: string; readonly count: number; readonly href: string }[];
  readonly attention: readonly { readonly text: string; readonly href: string }[];
  readonly changes: readonly VersionView[];
}

export interface VersionView {
  readonly version: number;
  readonly href: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly ago: string;
  readonly author: string;
  readonly approvedBy: string | undefined;
  readonly reason: string;
}

/** `pages/admin-list`: one of the catalogue's lists. */
export interface ListPage extends AdminPage {
  readonly list: CatalogueList;
  readonly about: string;
  readonly query: string;
  readonly total: number;
  readonly matching: number;
  readonly rows: readonly RowView[];
  /** Undefined where this administrator may add nothing here. */
  readonly newHref: string | undefined;
  readonly allHref: string;
  readonly previousHref: string | undefined;
  readonly nextHref: string | undefined;
  readonly page: number;
  readonly pages: number;
}

/** `pages/admin-entry`: one entry's form. */
export interface EntryPage extends AdminPage {
  readonly noun: string;
  readonly list: CatalogueList;
  readonly listHref: string;
  readonly isNew: boolean;
  /** Why it is not this administrator's to change; undefined where it is. */
  readonly readOnly: string | undefined;
  readonly action: string;
  readonly version: number;
  /** Somebody changed the catalogue since this form was opened. */
  readonly isStale: boolean;
  readonly mistakes: readonly { readonly text: string; readonly fieldId: string | undefined }[];
  /** What is known of the entry beside its settings. */
  readonly facts: readonly FactView[];
  readonly parts: readonly FormSectionView[];
  readonly find: string;
  readonly hasSuggestions: boolean;
}

export interface FactView {
  readonly name: string;
  readonly values: readonly { readonly text: string; readonly href?: string }[];
}

export interface FormSectionView {
  readonly title: string;
  readonly isFolded: boolean;
  readonly fields: readonly FieldView[];
}

export interface FieldView {
  /** Fit for an id in the page. */
  readonly id: string;
  readonly name: string;
  readonly label: string;
  readonly hint: string | undefined;
  readonly as: 'input' | 'number' | 'textarea' | 'select';
  readonly value: string;
  readonly isCode: boolean;
  readonly isRequired: boolean;
  readonly isFixed: boolean;
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
  readonly options: readonly { readonly value: string; readonly label: string; readonly isChosen: boolean }[];
  readonly mistake: string | undefined;
  /** It counts only while the other field has one of these values, with spaces between. */
  readonly when: { readonly name: string; readonly values: string } | undefined;
  /** What may be added by a tick. */
  readonly suggestions: readonly Suggestion[];
  /** Characters that AWS takes, of this and of what else it counts with it. */
  readonly meter: { readonly maximum: number; readonly used: number; readonly beside: string } | undefined;
}

export interface Suggestion {
  readonly value: string;
  readonly note: string;
  readonly isTicked: boolean;
}

/** `pages/admin-change`: what a change would do, before it is made. */
export interface ChangePage extends AdminPage {
  readonly action: string;
  /** What the form sends along. */
  readonly fields: readonly FormField[];
  /** Whether the form that it came from can be had back. */
  readonly isEditable: boolean;
  readonly leaveHref: string;
  readonly mistakes: readonly string[];
  readonly isStale: boolean;
  readonly isReasonMissing: boolean;
  readonly reason: string;
  /** Undefined where the change cannot be made at all. */
  readonly plan: PlanView | undefined;
}

export interface PlanView extends ReachView {
  readonly refusal: string | undefined;
  /** Why somebody else has to approve it. */
  readonly needsSecondPerson: string | undefined;
  readonly difference: DifferenceView;
}

/** Whom a change reaches. */
export interface ReachView {
  readonly impact: readonly ImpactView[];
  /** Further roles that are not told of one by one. */
  readonly moreRoles: number;
  readonly reached: string;
}

export interface DifferenceView {
  readonly entries: readonly {
    readonly kind: 'added' | 'removed' | 'changed';
    readonly list: string;
    readonly id: string;
    readonly fields: readonly { readonly path: string; readonly before: string; readonly after: string }[];
  }[];
  readonly more: number;
  readonly reordered: readonly string[];
}

export interface ImpactView {
  readonly verb: 'Gives' | 'Takes' | 'Changes';
  readonly text: string;
  readonly who: string;
  readonly colour: 'green' | 'red' | 'amber';
}

/** `pages/admin-versions` */
export interface VersionsPage extends AdminPage {
  /** Changes that wait for a second person. */
  readonly proposals: readonly ProposalView[];
  readonly versions: readonly VersionView[];
  readonly olderHref: string | undefined;
}

export interface ProposalView {
  readonly href: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly ago: string;
  readonly expires: string;
  readonly author: string;
  readonly reason: string;
}

/** `pages/admin-proposal`: a change that waits for a second person, or did. */
export interface ProposalPage extends AdminPage {
  readonly about: ProposalView;
  /** Why somebody else has to approve it. */
  readonly why: string;
  readonly state: { readonly text: string; readonly colour: string };
  /** Who closed it, when and why; undefined while it is open. */
  readonly decision:
    { readonly text: string; readonly reason: string; readonly versionHref: string | undefined } | undefined;
  /** Why it cannot be applied, whoever approves it. */
  readonly obstacle: string | undefined;
  readonly reach: ReachView | undefined;
  readonly difference: DifferenceView;
  /** Each entry as it would be, whole, as JSON; undefined where all of them go. */
  readonly entries: string | undefined;
  /** Why whoever looks at it may not approve it, while it could be. */
  readonly refusal: string | undefined;
  /** Where this administrator approves, rejects or withdraws it; undefined where they may not. */
  readonly approveAction: string | undefined;
  readonly rejectAction: string | undefined;
  readonly withdrawAction: string | undefined;
  /** Edits by which its author sees the same change of the present catalogue. */
  readonly again: string | undefined;
}

/** `pages/admin-version` */
export interface VersionPage extends AdminPage {
  readonly about: VersionView;
  readonly difference: DifferenceView;
  readonly isCurrent: boolean;
  readonly mayGoBack: boolean;
}

export interface RowView {
  readonly href: string;
  readonly title: string;
  /** Undefined where the title says it. */
  readonly id: string | undefined;
  readonly badges: readonly { readonly text: string; readonly colour: string }[];
  readonly facts: readonly string[];
}
