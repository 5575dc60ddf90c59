import type { Administrator, Catalogue } from './catalogue.ts';
import type { Problem } from './catalogue-problems.ts';

export function administratorProblems({ administrators, connectors, accounts }: Catalogue): Problem[] {
  const knownConnectors = new Set(connectors.map(({ id }) => id));
  const knownAccounts = new Set(accounts.map(({ id }) => id));
  const seen = new Set<string>();
  return administrators.flatMap((administrator, position) => {
    const { connector, groups, users, may, accounts: own } = administrator;
    const problems: Problem[] = [];
    const at = (path: Problem['path'], message: string): number =>
      problems.push({ path: ['administrators', position, ...path], message });
    if (!knownConnectors.has(connector)) {
      at(['connector'], `there is no connector "${connector}"; add it under connectors`);
    }
    if (groups.length + users.length === 0) at([], 'nobody is named: give groups or users');
    if (may === 'read' && own !== undefined) {
      at(['accounts'], 'narrows what may be changed, and may: read changes nothing; remove one of the two');
    }
    own?.forEach((id, index) => {
      if (!knownAccounts.has(id)) {
        at(['accounts', index], `there is no account "${id}"; add it under accounts`);
      }
    });
    const who = nameOfAdministrator(administrator);
    if (seen.has(who)) at([], 'the same groups and users are there twice; write them once');
    seen.add(who);
    return problems;
  });
}

/** The entry's identity, as it has no id: of whom it speaks. */
export function nameOfAdministrator({ connector, groups, users }: Administrator): string {
  const list = (word: string, values: readonly string[]): string =>
    values.length === 0 ? '' : ` ${word} ${values.map((value) => JSON.stringify(value)).join(', ')}`;
  return `${connector}:${list('groups', groups)}${list('users', users)}`;
}
