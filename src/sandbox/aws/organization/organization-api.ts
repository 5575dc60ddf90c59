import express, { type NextFunction, type Request, type Response, Router } from 'express';
import { stringify } from 'yaml';
import { issuerName } from './identifiers.ts';
import { ENTITY_LISTS, type EntityList, type Organization } from './organization.ts';
import { OrganizationError } from './problem.ts';
import { MAXIMUM_TEXT_BYTES, readYaml } from './read-text.ts';

/*
 * `/_sandbox/organization`: the organization while it runs, as a whole and entry by entry. A change is checked
 * with everything that surrounds it, and what is refused changes nothing. The ETag is the whole organization's,
 * so that two who change it at once notice each other.
 */

const ACCOUNT = '/accounts/:account';
const ENTITY = `${ACCOUNT}/:list/:name`;

export function organizationApi(organization: Organization): Router {
  const router = Router();
  router.use(express.text({ type: () => true, limit: MAXIMUM_TEXT_BYTES, inflate: false }));
  const show = (request: Request, response: Response, found: object | undefined): void => {
    response.set('ETag', `"${organization.version}"`);
    if (found === undefined) response.status(404).json({ error: 'There is no such entry.' });
    else if (request.accepts(['json', 'yaml']) === 'yaml')
      response.type('application/yaml').send(stringify(found));
    else response.json(found);
  };
  const change = (
    request: Request,
    response: Response,
    make: () => void,
    found: () => object | undefined,
  ) => {
    if (!preconditionHolds(request, organization.version, found() !== undefined)) {
      response.set('ETag', `"${organization.version}"`).status(412);
      response.json({ error: 'The organization is not what you expect it to be: read it again.' });
      return;
    }
    const status = found() === undefined ? 201 : 200;
    make();
    response.status(status);
    const changed = found();
    if (changed !== undefined) show(request, response, changed);
    else response.set('ETag', `"${organization.version}"`).status(204).end();
  };
  const whole = () => organization.document;
  router.get('/', (request, response) => show(request, response, whole()));
  router.put('/', (request, response) => {
    change(request, response, () => organization.replaceWith(readYaml(textOf(request))), whole);
  });
  router.get(ACCOUNT, (request, response) =>
    show(request, response, organization.find(request.params.account)),
  );
  router.put(ACCOUNT, (request, response) => {
    const { account } = request.params;
    const make = () => organization.putAccount(entryIn(request, 'id', account), account);
    change(request, response, make, () => organization.find(account));
  });
  router.delete(ACCOUNT, (request, response) => {
    const { account } = request.params;
    const found = () => organization.find(account);
    if (found() === undefined) show(request, response, undefined);
    else change(request, response, () => organization.removeAccount(account), found);
  });
  addEntities(router, organization, { show, change });
  router.use(tellProblems);
  return router;
}

interface Answers {
  readonly show: (request: Request, response: Response, found: object | undefined) => void;
  readonly change: (
    request: Request,
    response: Response,
    make: () => void,
    found: () => object | undefined,
  ) => void;
}

interface EntityAddress {
  readonly account: string;
  readonly list: string;
  readonly name: string;
}

function addEntities(router: Router, organization: Organization, { show, change }: Answers): void {
  const addressed = ({ params }: { readonly params: EntityAddress }) => {
    const { account, name } = params;
    const list = ENTITY_LISTS.find((known) => known === params.list);
    return { account, list, name, found: () => list && organization.find(account, list, name) };
  };
  // A user's keys are derived where nobody gave any; whoever sets a client up has to learn them somewhere.
  router.get(`${ACCOUNT}/users/:name/credentials`, (request, response) => {
    const { account, name } = request.params;
    const key = organization.world.keyOf(account, name);
    const credentials = key && { Version: 1, AccessKeyId: key.id, SecretAccessKey: key.secret.reveal() };
    show(request, response, credentials);
  });
  router.get(ENTITY, (request, response) => show(request, response, addressed(request).found()));
  router.put(ENTITY, (request, response) => {
    const { account, list, name, found } = addressed(request);
    if (list === undefined || organization.find(account) === undefined) {
      show(request, response, undefined);
      return;
    }
    const make = () => organization.put(account, list, entryIn(request, keyIn(list), name));
    change(request, response, make, found);
  });
  router.delete(ENTITY, (request, response) => {
    const { account, list, name, found } = addressed(request);
    if (list === undefined || found() === undefined) show(request, response, undefined);
    else change(request, response, () => organization.remove(account, list, name), found);
  });
}

function keyIn(list: EntityList): 'name' | 'issuer' | 'id' {
  if (list === 'oidcProviders') return 'issuer';
  return list === 'instances' ? 'id' : 'name';
}

/** The address says which entry it is; the body need not say it again, and must not say another. */
function entryIn(request: Request, key: 'name' | 'issuer' | 'id', name: string): object {
  const { value, findings } = readYaml(textOf(request));
  const refuse = (message: string): never => {
    throw new OrganizationError([{ path: '', message }]);
  };
  const [first] = findings;
  if (first !== undefined) return refuse(first.message);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse('write one entry');
  const given = (value as Readonly<Record<string, unknown>>)[key];
  const isSame = key === 'issuer' ? issuerName(String(given)) === issuerName(name) : given === name;
  if (given !== undefined && !isSame) return refuse(`${key} is not the one of the address`);
  return { [key]: name, ...value };
}

function textOf({ body }: { readonly body?: unknown }): string {
  return typeof body === 'string' ? body : '';
}

/** RFC 9110 sections 13.1.1 and 13.1.2, as far as one version is concerned. */
function preconditionHolds({ headers }: Request, version: string, exists: boolean): boolean {
  const names = (header: string): boolean =>
    header.trim() === '*' ? exists : header.split(',').some((tag) => tag.trim() === `"${version}"`);
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = headers;
  return (ifMatch === undefined || names(ifMatch)) && (ifNoneMatch === undefined || !names(ifNoneMatch));
}

function tellProblems(error: unknown, _request: Request, response: Response, next: NextFunction): void {
  if (response.headersSent) next(error);
  else if (error instanceof OrganizationError) {
    response.status(400).json({ error: 'Nothing was changed.', problems: error.problems });
  } else if (
    error instanceof Error &&
    'status' in error &&
    typeof error.status === 'number' &&
    error.status < 500
  ) {
    response.status(error.status).json({ error: 'The body cannot be read.' });
  } else next(error);
}
