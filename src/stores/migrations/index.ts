/**
 * Every change of the schema, in order. A migration that was released never changes; it runs on SQLite and
 * on Postgres, in one transaction. There is no way down: before an upgrade there is a backup.
 */
import type { Migration } from 'kysely';
import { firstTables } from './0001-first-tables.ts';
import { signInFacts } from './0002-sign-in-facts.ts';
import { authorizations } from './0003-authorizations.ts';
import { catalogueAuthors } from './0004-catalogue-authors.ts';
import { disabledPeople } from './0005-disabled-people.ts';
import { catalogueDifferences } from './0006-catalogue-differences.ts';
import { proposedChanges } from './0007-proposed-changes.ts';
import { roleChecks } from './0008-role-checks.ts';
import { refusedSignIns } from './0009-refused-sign-ins.ts';

export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-first-tables': firstTables,
  '0002-sign-in-facts': signInFacts,
  '0003-authorizations': authorizations,
  '0004-catalogue-authors': catalogueAuthors,
  '0005-disabled-people': disabledPeople,
  '0006-catalogue-differences': catalogueDifferences,
  '0007-proposed-changes': proposedChanges,
  '0008-role-checks': roleChecks,
  '0009-refused-sign-ins': refusedSignIns,
};
