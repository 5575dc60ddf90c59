/**
 * Groups that did not fit into a token (OpenID Connect Core section 5.6.2; Entra ID does so above 200): the
 * token has a link instead. Whoever could write that link could send our requests, with a person's access token,
 * anywhere: it is followed to hosts that an administrator has named, and otherwise the sign-in is refused, since a
 * person without their groups would look like one who has none.
 * https://learn.microsoft.com/graph/api/directoryobject-getmemberobjects
 */
import { BrokerError } from '../../core/errors.ts';
import { isAllowedUrl } from '../forbidden-address.ts';
import type { FetchedAnswer } from '../limited-fetch.ts';
import { readJsonAnswer } from './json-answer.ts';
import { MAXIMUM_GROUPS } from './read-claims.ts';
import type { RelyingParty } from './relying-party.ts';
import type { Claims } from './signed-token.ts';
import { isObject, type JsonObject } from './strict-json.ts';

const MAXIMUM_PAGES = 20;
/** For all pages together: somebody is waiting. */
const MAXIMUM_MILLISECONDS = 10_000;
const GROUP_TYPE = '#microsoft.graph.group';
/** Links that Entra ID still writes to an interface that is gone, and where the same answer is now. */
const SUCCESSORS = new Map([
  ['graph.windows.net', 'graph.microsoft.com'],
  ['graph.microsoftazure.us', 'graph.microsoft.us'],
  ['graph.chinacloudapi.cn', 'microsoftgraph.chinacloudapi.cn'],
]);

/** @throws BrokerError `oidc.groups`, `idp.*` */
export async function addOverageGroups(
  party: RelyingParty,
  claims: Claims,
  accessToken: string,
): Promise<Claims> {
  const link = linkIn(claims, party);
  if (link === undefined) return claims;
  const groups = await readGroups(party, link, accessToken);
  return { ...claims, [party.settings.groupsClaim]: groups };
}

function linkIn(claims: Claims, { settings, allowHttp }: RelyingParty): URL | undefined {
  const { _claim_names: names, _claim_sources: sources, hasgroups } = claims;
  if (!isObject(names) || !Object.hasOwn(names, settings.groupsClaim)) {
    if (hasgroups === true || hasgroups === 'true') throw refusal('they are too many, and there is no link');
    return undefined;
  }
  const name = names[settings.groupsClaim];
  const known = isObject(sources) && typeof name === 'string' && Object.hasOwn(sources, name);
  const source = known ? sources[name] : undefined;
  const endpoint = isObject(source) ? source['endpoint'] : undefined;
  if (typeof endpoint !== 'string' || !isAllowedUrl(endpoint, allowHttp)) {
    throw refusal('they are not in the token, and there is no usable link');
  }
  return followable(new URL(endpoint), settings.groupsOverageHosts);
}

function followable(link: URL, hosts: readonly string[]): URL {
  if (hosts.includes(link.host)) return link;
  const successor = SUCCESSORS.get(link.host);
  if (successor !== undefined && hosts.includes(successor)) {
    return new URL(`https://${successor}/v1.0/me/getMemberObjects`);
  }
  throw refusal(
    `they are too many for the token, and ${successor ?? link.host} is not in groupsOverageHosts`,
  );
}

async function readGroups(party: RelyingParty, link: URL, accessToken: string): Promise<readonly string[]> {
  const groups: string[] = [];
  let next: URL | undefined = link;
  const deadline = performance.now() + MAXIMUM_MILLISECONDS;
  for (let page = 0; next !== undefined; page += 1) {
    if (performance.now() > deadline) throw new BrokerError('idp.timeout', { detail: 'the pages of groups' });
    if (page === MAXIMUM_PAGES) throw refusal(`their list has over ${MAXIMUM_PAGES} pages`);
    const answer = readPage(await askFor(party, next, accessToken));
    groups.push(...idsIn(answer['value']));
    if (groups.length > MAXIMUM_GROUPS) throw refusal(`there are over ${MAXIMUM_GROUPS}`);
    next = nextPage(answer['@odata.nextLink'], link);
  }
  return groups;
}

/** An action is posted to; a collection is read. */
async function askFor(party: RelyingParty, url: URL, accessToken: string): Promise<FetchedAnswer> {
  const headers = { accept: 'application/json', authorization: `Bearer ${accessToken}` };
  if (!/\/getMember(?:Objects|Groups)$/.test(url.pathname)) return party.fetch(url.href, { headers });
  return party.fetch(url.href, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ securityEnabledOnly: false }),
  });
}

function readPage(answer: FetchedAnswer): JsonObject {
  if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) {
    throw refusal(`their address answered ${answer.status}: the sign-in's scopes may not allow it`);
  }
  return readJsonAnswer(answer, 'the address of the groups');
}

/** Ids, or directory objects of which only groups count. */
function idsIn(value: unknown): string[] {
  if (!Array.isArray(value)) throw refusal('their list is none');
  const groups = value.filter((entry) => !isObject(entry) || isGroup(entry));
  return groups.map((entry: unknown) => {
    const id = isObject(entry) ? entry['id'] : entry;
    if (typeof id !== 'string') throw refusal('an entry of their list has no id');
    return id;
  });
}

function isGroup(entry: JsonObject): boolean {
  return entry['@odata.type'] === undefined || entry['@odata.type'] === GROUP_TYPE;
}

/** Pages of one list stay with one host: a link to another would take the access token there. */
function nextPage(link: unknown, first: URL): URL | undefined {
  if (link === undefined) return undefined;
  const url = typeof link === 'string' && URL.canParse(link) ? new URL(link) : undefined;
  if (url?.origin !== first.origin) throw refusal('their next page is with another host');
  return url;
}

function refusal(why: string): BrokerError {
  return new BrokerError('oidc.groups', { detail: `the person’s groups: ${why}` });
}
