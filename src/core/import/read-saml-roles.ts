/**
 * Roles as SAML federation names them, a line each: the attribute `arn:…:role/NAME,arn:…:saml-provider/NAME`, what
 * `saml2aws list-roles` prints, and group names that hold a role, as Okta and others make them.
 */
import {
  leftOut,
  noFindings,
  quoted,
  toCheck,
  type Findings,
  type ImportFile,
  type Place,
} from './findings.ts';
import { linesOf, LONGEST_LINE } from './lines.ts';
import { readRoleArn, type NamedRole } from './role-arn.ts';

const PROVIDER = /^arn:[a-z-]+:iam::(?<accountId>[0-9]{12}):saml-provider\/(?<provider>[\w._-]+)$/;
const ACCOUNT_LINE = /^Account:\s+(?:(?<name>\S.{0,200}?)\s+\((?<id>[0-9]{12})\)|(?<only>[0-9]{12}))$/;
/** `aws#ALIAS#ROLE#ACCOUNT`, Okta's proposal. */
const HASHED_GROUP = /^aws#(?<alias>[^#\s]+)#(?<roleName>[\w+=,.@-]+)#(?<accountId>[0-9]{12})$/i;
/** `aws_ACCOUNT_ROLE`, `AWS-ACCOUNT-ROLE`, as for Entra ID, ADFS and Google. */
const PLAIN_GROUP = /^aws[_-](?<accountId>[0-9]{12})[_-](?<roleName>[\w+=,.@-]+)$/i;

export function readSamlRoles(files: readonly ImportFile[]): Findings {
  const findings = noFindings();
  const told = new Set<string>();
  for (const { name: file, text } of files) {
    const { lines, isCut } = linesOf(text);
    if (isCut) leftOut(findings, { file, place: `line ${lines.length}` }, 'what comes after it');
    lines.forEach((line, position) => {
      const words = line.trim();
      if (words !== '' && !words.startsWith('//'))
        readLine(words, { findings, told, at: { file, place: `line ${position + 1}` } });
    });
  }
  return findings;
}

interface Work {
  readonly findings: Findings;
  /** Providers that were spoken of. */
  readonly told: Set<string>;
  readonly at: Place;
}

function readLine(line: string, work: Work): void {
  const { findings, at } = work;
  if (line.length > LONGEST_LINE) {
    leftOut(findings, at, 'the line is too long to name a role');
    return;
  }
  const account = ACCOUNT_LINE.exec(line)?.groups;
  const { name, id } = account ?? {};
  if (name !== undefined && id !== undefined) findings.accounts.push({ id, name, at });
  else if (account === undefined && !readArns(line, work) && !readGroup(line, work))
    leftOut(findings, at, 'names no role in a way that is known');
}

/** In either order, and the role alone. */
function readArns(line: string, { findings, told, at }: Work): boolean {
  const parts = line.split(/\s*,\s*(?=arn:)/);
  const [role] = parts.flatMap((part) => readRoleArn(part) ?? []);
  const [provider] = parts.map((part) => PROVIDER.exec(part)?.groups).filter((found) => found !== undefined);
  const understood = (role === undefined ? 0 : 1) + (provider === undefined ? 0 : 1);
  if (role === undefined || understood !== parts.length) return false;
  const { accountId } = role;
  if (provider !== undefined && provider['accountId'] !== accountId) {
    leftOut(findings, at, 'the role and the provider are of different accounts');
    return true;
  }
  const key = `${accountId} ${provider?.['provider'] ?? ''}`;
  if (provider !== undefined && !told.has(key)) {
    told.add(key);
    toCheck(
      findings,
      at,
      `roles of account ${accountId} trust SAML provider ${quoted(provider['provider'] ?? '')}; they must trust Daypass’s too`,
    );
  }
  addRole({ ...role, alias: accountId }, { findings, at });
  return true;
}

function readGroup(line: string, { findings, at }: Work): boolean {
  const found = (HASHED_GROUP.exec(line) ?? PLAIN_GROUP.exec(line))?.groups;
  if (found === undefined) return false;
  const { accountId = '', roleName = '', alias } = found;
  if (alias !== undefined) findings.accounts.push({ id: accountId, name: alias, at });
  addRole({ partition: 'aws', accountId, roleName, alias: alias ?? accountId }, { findings, at });
  // The group is the line as it stands: groups are compared by their exact value.
  findings.access.push({ who: 'groups', value: line, role: { accountId, roleName }, called: line, at });
  return true;
}

function addRole(
  { alias, partition, ...role }: NamedRole & { readonly alias: string },
  { findings, at }: Pick<Work, 'findings' | 'at'>,
): void {
  findings.roles.push({
    settings: { ...role, grant: { method: 'assume-role-with-saml' } },
    partition,
    called: `${alias} ${role.roleName}`,
    at,
  });
}
