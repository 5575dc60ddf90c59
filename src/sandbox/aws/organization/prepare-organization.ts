/**
 * From a text or a value to an organization that can be used: everything is checked before anything is built,
 * and every mistake is told at once.
 */
import { checkOrganization } from './check-organization.ts';
import { type Identities, identify } from './identities.ts';
import { type OrganizationDocument, organizationSchema } from './organization-schema.ts';
import { fillPlaceholders, type Origins } from './placeholders.ts';
import { type Finding, located, OrganizationError, printPath } from './problem.ts';
import type { ReadText } from './read-text.ts';
import { resolveOrganization } from './resolve-organization.ts';
import type { SandboxKey } from '../sandbox-key.ts';
import { schemaFindings } from './schema-findings.ts';
import { indexWorld, type WorldIndex } from './world.ts';

export interface Prepared {
  readonly document: OrganizationDocument;
  readonly identities: Identities;
  readonly index: WorldIndex;
}

export interface Preparation {
  readonly key: SandboxKey;
  readonly origins: Origins;
  /** Of the organization that this one is to replace. */
  readonly previous?: Identities;
  /** ARN of the role or bucket whose policy is saved, changed or not. */
  readonly savedAgain?: string;
  /** For `metadataFile`: an organization that is a file may name others beside it. */
  readonly readBeside?: (file: string) => { readonly text: string } | { readonly mistake: string };
}

/** @throws OrganizationError with all that is wrong */
export function prepareOrganization(read: ReadText, source: string, preparation: Preparation): Prepared {
  const refuse = (findings: readonly Finding[]): void => {
    if (findings.length > 0) throw new OrganizationError(located(findings, read.locate), source);
  };
  refuse(read.findings);
  const parsed = organizationSchema.safeParse(read.value);
  if (!parsed.success)
    throw new OrganizationError(located(schemaFindings(parsed.error), read.locate), source);
  const { document, findings } = inlineMetadata(parsed.data, preparation.readBeside);
  refuse(findings);
  const filled = fillPlaceholders(document, preparation.origins) as OrganizationDocument;
  const { identities, findings: strangers } = identify(filled, preparation.previous, preparation.savedAgain);
  refuse(oncePerPlace([...strangers, ...checkOrganization(filled, preparation.origins)]));
  const index = indexWorld(resolveOrganization(filled, preparation.key, identities), identities);
  return { document, identities, index };
}

/** A principal of no known form does not exist either; one of the two says it. */
function oncePerPlace(findings: readonly Finding[]): Finding[] {
  const said = new Set<string>();
  return findings.filter(({ path, code }) => {
    if (code !== 'MalformedPolicyDocument') return true;
    const place = printPath(path);
    return said.size < said.add(place).size;
  });
}

function inlineMetadata(
  document: OrganizationDocument,
  readBeside: Preparation['readBeside'],
): { document: OrganizationDocument; findings: Finding[] } {
  const findings: Finding[] = [];
  const accounts = document.accounts.map((account, at) => {
    if (account.samlProviders === undefined) return account;
    const samlProviders = account.samlProviders.map((provider, index) => {
      const { metadataFile, ...rest } = provider;
      if (metadataFile === undefined) return provider;
      const path = ['accounts', at, 'samlProviders', index, 'metadataFile'];
      const read = readBeside?.(metadataFile) ?? {
        mistake: 'only an organization file may name files; send the metadata itself',
      };
      if ('text' in read) return { ...rest, metadata: read.text };
      findings.push({ path, message: read.mistake });
      return provider;
    });
    return { ...account, samlProviders };
  });
  return { document: { ...document, accounts }, findings };
}
