/** What the pages about connectors are given. */
import type { PersonRowView } from './people-views.ts';
import type { AdminPage, FactView, RowView } from './views.ts';

/** `pages/admin-connector` */
export interface ConnectorStatusPage extends AdminPage {
  readonly settingsHref: string;
  /** Starts a sign-in with it, and comes back here. */
  readonly tryHref: string;
  readonly troubles: readonly { readonly text: string; readonly colour: 'red' | 'amber' }[];
  /** Undefined while nothing of it can be used. */
  readonly provider: readonly FactView[] | undefined;
  /** What its messages may be signed by. */
  readonly signedBy: readonly Omit<RowView, 'href' | 'id'>[];
  readonly documents: readonly Omit<RowView, 'href' | 'id'>[];
  readonly ours: readonly FactView[];
  readonly ourCertificates: readonly Omit<RowView, 'href' | 'id'>[];
  readonly people: number;
  readonly newest: readonly PersonRowView[];
  readonly refused: readonly Omit<RowView, 'href' | 'id'>[];
  readonly attributes: readonly { readonly name: string; readonly count: string; readonly example: string }[];
  readonly groups: readonly string[];
  /** Beyond those that are shown. */
  readonly moreAttributes: number;
  readonly moreGroups: number;
}
