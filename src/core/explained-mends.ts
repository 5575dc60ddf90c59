import type { CatalogueList } from './catalogue.ts';
import type { StepName } from './explained-steps.ts';
import type { Facts } from './explained-texts.ts';

/** Where an administrator mends a failed step: a list of the catalogue, and the entry in it where there is one. */
export interface Mend {
  readonly list: CatalogueList | 'people';
  readonly id?: string;
}

/** Undefined where nothing but another request mends it. */
export function mendOf(step: StepName, { request, found }: Facts): Mend | undefined {
  const role: Mend = { list: 'roles', id: request.roleId };
  const first = found[0]?.compiled.mapping.id;
  const mapping: Mend = { list: 'mappings', ...(first === undefined ? {} : { id: first }) };
  switch (step) {
    case 'identity':
      return { list: 'people' };
    case 'role':
      return { list: 'roles' };
    case 'mapping':
      return { list: 'mappings' };
    case 'token':
      return undefined;
    case 'chosen-mapping':
    case 'duration':
    case 'session-policy':
    case 'session-tags':
      return mapping;
    case 'reserved-for-services':
    case 'console':
    case 'sign-in':
    case 'sts':
    case 'trust':
      return role;
  }
}
