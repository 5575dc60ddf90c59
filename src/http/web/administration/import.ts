/** `POST /api/v1/admin/import` and `/discover` as forms: they propose, and the preview of a change takes over. */
import { Router, type Request, type Response } from 'express';
import type { ImportProposal } from '../../../broker/import-entries.ts';
import { BrokerError, type ErrorCode } from '../../../core/errors.ts';
import { IMPORT_KINDS, type ImportKind } from '../../../core/import/import-kinds.ts';
import { statusOf } from '../../errors.ts';
import { readField } from '../../middleware/bodies.ts';
import { onlyMethods } from '../../middleware/only-methods.ts';
import type { AdministrationRoutes } from './administration.ts';
import { admittedOf, askerOf } from './administrators-only.ts';
import { proposalView } from './import-view.ts';
import { adminFrame } from './sections.ts';
import type { ImportFields } from './setup-views.ts';

const KINDS: Readonly<Record<ImportKind, string>> = {
  'identity-center': 'IAM Identity Center, as the AWS CLI prints it',
  'saml-roles': 'SAML role attributes, saml2aws, or groups that name roles',
  'aws-config': 'Profiles of ~/.aws/config',
};

/** What the person can mend in the form; whatever else there is has a page of its own. */
const MENDABLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'request.malformed',
  'catalogue.refused',
  'role.not_found',
  'sts.refused',
  'listing.refused',
  'listing.throttled',
  'listing.unavailable',
]);

export function importRoutes({ administration, pages }: AdministrationRoutes): Router {
  const router = Router();

  async function show(
    request: Request,
    response: Response,
    propose?: (fields: ImportFields) => Promise<ImportProposal>,
  ): Promise<void> {
    const fields = fieldsIn(request);
    const { catalogue, compiled } = admittedOf(response).current;
    const { proposal, problems = [] } =
      propose === undefined ? {} : await tried(() => propose(fields), response);
    await pages.render(response, 'admin-import', {
      ...adminFrame(response, 'import'),
      title: 'Import',
      fields,
      kinds: IMPORT_KINDS.map((value) => ({ value, label: KINDS[value] })),
      connectors: catalogue.connectors.map(({ id, label }) => ({ id, label })),
      problems,
      proposal: proposal === undefined ? undefined : proposalView(proposal, compiled),
    });
  }

  onlyMethods(router, '/admin/import', {
    get: (request, response) => show(request, response),
    post: (request, response) =>
      show(request, response, (fields) =>
        administration.importEntries(askerOf(response), {
          kind: kindIn(fields),
          files: [{ name: 'what you pasted', text: fields.text }],
          connector: given(fields.connector),
          credentialSource: given(fields.credentialSource),
        }),
      ),
  });

  onlyMethods(router, '/admin/discover', {
    get: (_request, response) => {
      response.redirect(303, '/admin/import');
    },
    post: (request, response) =>
      show(request, response, ({ role, list }) =>
        administration.discoverEntries(askerOf(response), { roleId: role, list }),
      ),
  });

  return router;
}

interface Tried {
  readonly proposal?: ImportProposal;
  readonly problems?: readonly string[];
}

/** A question that cannot be answered loses nothing of what was pasted. */
async function tried(propose: () => Promise<ImportProposal>, response: Response): Promise<Tried> {
  try {
    return { proposal: await propose() };
  } catch (error) {
    if (!(error instanceof BrokerError) || !MENDABLE.has(error.code)) throw error;
    response.status(statusOf(error));
    const details = (error.problems ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
    return { problems: [error.text, ...details.slice(0, 100)] };
  }
}

const FIELDS: ReadonlySet<string> = new Set([
  'csrfToken',
  'kind',
  'connector',
  'credentialSource',
  'text',
  'role',
  'list',
]);

/** @throws BrokerError `request.malformed` */
function fieldsIn(request: Request): ImportFields {
  const unknown = Object.keys((request.body ?? {}) as object).find((name) => !FIELDS.has(name));
  if (unknown !== undefined) throw new BrokerError('request.malformed', { detail: 'an unknown field' });
  const text = (name: string): string => (readField(request, name) ?? '').trim();
  return {
    kind: text('kind'),
    connector: text('connector'),
    credentialSource: text('credentialSource'),
    text: readField(request, 'text') ?? '',
    role: text('role'),
    list: text('list') === 'accounts' ? 'accounts' : 'roles',
  };
}

/** @throws BrokerError `request.malformed` */
function kindIn({ kind, text }: ImportFields): ImportKind {
  const found = IMPORT_KINDS.find((each) => each === kind);
  if (found === undefined) throw new BrokerError('request.malformed', { hint: 'Say what you paste.' });
  if (text === '') throw new BrokerError('request.malformed', { hint: 'Paste what there is to read.' });
  return found;
}

function given(text: string): string | undefined {
  return text === '' ? undefined : text;
}
