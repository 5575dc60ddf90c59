/** The parts of the administration, as every page of it names them. */
import type { Response } from 'express';
import type { CatalogueList } from '../../../core/catalogue.ts';
import { admittedOf } from './administrators-only.ts';
import type { AdminPage } from './views.ts';

export type Section = CatalogueList | 'overview' | 'people' | 'checks' | 'explain' | 'import' | 'versions';

/** A section's page is `/admin/{section}`, in this order. */
const SECTIONS: Readonly<Record<Section, string>> = {
  overview: 'Overview',
  mappings: 'Mappings',
  roles: 'Roles',
  accounts: 'Accounts',
  connectors: 'Connectors',
  applications: 'Applications',
  administrators: 'Administrators',
  people: 'People',
  explain: 'Explain',
  checks: 'Checks',
  import: 'Import',
  versions: 'Changes',
};

export function sectionLabel(section: Section): string {
  return SECTIONS[section];
}

export function sectionHref(section: Section): string {
  return section === 'overview' ? '/admin' : `/admin/${section}`;
}

/** What every page of the administration has. */
export function adminFrame(response: Response, current: Section): Pick<AdminPage, 'sections' | 'within'> {
  const sections = (Object.keys(SECTIONS) as Section[]).map((section) => ({
    label: SECTIONS[section],
    href: sectionHref(section),
    isCurrent: section === current,
  }));
  const { may, accounts } = admittedOf(response).authority;
  if (may === 'read') return { sections, within: 'You may look at everything and change nothing.' };
  if (accounts === undefined) return { sections, within: undefined };
  const within = `You may change roles of ${[...accounts].join(', ')}, and mappings that give no other role.`;
  return { sections, within };
}
