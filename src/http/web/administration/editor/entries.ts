/** Entries as forms: opened, typed into, tried out, and handed to the preview. */
import { Router, type Request, type Response } from 'express';
import { CATALOGUE_LISTS, type CatalogueList } from '../../../../core/catalogue.ts';
import { findEntry } from '../../../../core/edit-catalogue.ts';
import { BrokerError } from '../../../../core/errors.ts';
import { readField } from '../../../middleware/bodies.ts';
import { onlyMethods } from '../../../middleware/only-methods.ts';
import type { AdministrationRoutes } from '../administration.ts';
import { admittedOf } from '../administrators-only.ts';
import { showOrApply, showPreview, versionIn } from '../propose-change.ts';
import { entryPage, type EntryForm } from './entry-page.ts';
import { fieldsByList } from './fields.ts';
import { allEditsIn, editIn, proposalOf, proposalOfAll } from './proposal.ts';
import { readEntry } from './read-entry.ts';

export function entryRoutes({ administration, ...routes }: AdministrationRoutes): Router {
  const { pages } = routes;
  const { entries, seenInSignIns } = administration;
  const parts = { ...routes, fields: fieldsByList(), seenInSignIns };
  const router = Router();

  async function show(form: EntryForm, response: Response, status = 200): Promise<void> {
    response.status(status);
    await pages.render(response, 'admin-entry', await entryPage(parts, form, response));
  }

  /** A form that was sent: shown again with what is wrong with it, or what it would do. */
  async function take(opened: OpenedEntry, request: Request, response: Response): Promise<void> {
    const { list, id } = opened;
    const wanted = readField(request, 'do');
    if (wanted === 'remove' && id !== undefined) {
      return showPreview(pages, proposalOf(entries, { list, id }, response), response);
    }
    const { entry, texts, problems } = readEntry(parts.fields[list], request);
    const isStale = versionIn(request) !== admittedOf(response).current.version;
    const form = { list, id, entry, texts, isStale, find: readField(request, 'find')?.slice(0, 200) ?? '' };
    if (wanted === 'find') return show(form, response);
    if (isStale) return show(form, response, 412);
    if (problems.length > 0) return show({ ...form, problems }, response, 400);
    const proposal = proposalOf(entries, { list, id, entry }, response);
    try {
      const plan = await proposal.plan();
      await showPreview(pages, { ...proposal, plan: () => Promise.resolve(plan) }, response);
    } catch (error) {
      if (!(error instanceof BrokerError) || error.problems === undefined) throw error;
      await show({ ...form, problems: error.problems }, response, 400);
    }
  }

  for (const list of CATALOGUE_LISTS) {
    onlyMethods(router, `/admin/new/${list}`, {
      get: (_request, response) => show({ list, id: undefined, entry: {} }, response),
      post: (request, response) => take({ list, id: undefined }, request, response),
    });
    onlyMethods(router, `/admin/${list}/:id`, {
      get: (request, response) => show(existing(list, request, response), response),
      post: (request, response) => take(existing(list, request, response), request, response),
    });
  }

  onlyMethods(router, '/admin/change', {
    get: (_request, response) => {
      response.redirect(303, '/admin');
    },
    async post(request, response) {
      const all = allEditsIn(request);
      if (all !== undefined)
        return showOrApply(pages, proposalOfAll(entries, all, response), request, response);
      const edit = editIn(request);
      const { list, id, entry } = edit;
      if (readField(request, 'do') === 'edit') await show({ list, id, entry }, response);
      else await showOrApply(pages, proposalOf(entries, edit, response), request, response);
    },
  });

  return router;
}

type OpenedEntry = Pick<EntryForm, 'list' | 'id'>;

/** @throws BrokerError `request.not_found` */
function existing(list: CatalogueList, request: Request, response: Response): EntryForm {
  const id = request.params['id'];
  const { catalogue } = admittedOf(response).current;
  const entry = typeof id === 'string' ? findEntry(catalogue, list, id) : undefined;
  if (typeof id !== 'string' || entry === undefined) throw new BrokerError('request.not_found');
  return { list, id, entry };
}
