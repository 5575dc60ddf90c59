/** What each page of the administration is given. */
import type { CatalogueList } from '../../../core/catalogue.ts';
import type { PageFrame } from '../view-models.ts';

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

export interface RowView {
  readonly href: string;
  readonly title: string;
  /** Undefined where the title says it. */
  readonly id: string | undefined;
  readonly badges: readonly { readonly text: string; readonly colour: string }[];
  readonly facts: readonly string[];
}
