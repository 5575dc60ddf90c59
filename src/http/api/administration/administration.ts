/** `/api/v1/admin`: the catalogue as a whole and entry by entry, its versions, people, and why somebody may or may not use a role. */
import type { RequestHandler } from 'express';
import type { Administration } from '../../../broker/administration.ts';
import type { Operation } from '../../operation.ts';
import { askerOf } from './asker.ts';
import { catalogueOperations } from './catalogue.ts';
import { connectorStatusOperation } from './connector-status.ts';
import { discoverOperation } from './discover.ts';
import { entryOperations } from './entries.ts';
import { explainOperation } from './explain.ts';
import { importOperation } from './import.ts';
import { peopleChangeOperations } from './people-changes.ts';
import { peopleOperations } from './people.ts';
import { proposalOperations } from './proposals.ts';
import { versionOperations } from './versions.ts';

export function administrationOperations({
  catalogue,
  entries,
  people,
  connectorStatus,
  proposals,
  explainAccess,
  importEntries,
  discoverEntries,
}: Administration): Operation[] {
  return [
    ...catalogueOperations(catalogue),
    ...entryOperations(entries),
    ...versionOperations(catalogue),
    ...proposalOperations(proposals),
    ...peopleOperations(people),
    ...peopleChangeOperations(people),
    connectorStatusOperation(connectorStatus),
    explainOperation(explainAccess),
    importOperation(importEntries),
    discoverOperation(discoverEntries),
  ];
}

/** Comes after whatever identifies the caller: strangers are refused before their body is read, at any address. */
export function admitAdministrators({
  administrators,
}: Pick<Administration, 'administrators'>): RequestHandler {
  return async (_request, response, next) => {
    await administrators.admit(askerOf(response));
    next();
  };
}
