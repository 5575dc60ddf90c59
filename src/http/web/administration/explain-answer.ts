import { ERRORS } from '../../../core/errors.ts';
import type { Explanation } from '../../../core/explain-access.ts';
import type { Mend } from '../../../core/explained-mends.ts';
import { stepViews } from '../step-view.ts';
import { entryHref } from './list-rows.ts';
import type { ExplainFields, ExplainPage } from './people-views.ts';
import { sectionHref } from './sections.ts';

export function answerView(
  { verdict, steps, mappings }: Explanation,
  { subject }: ExplainFields,
): NonNullable<ExplainPage['answer']> {
  const { permitted } = verdict;
  return {
    permitted,
    title: permitted
      ? `Permitted, by the mapping “${verdict.reason.mappingId}”`
      : (verdict.hint ?? ERRORS[verdict.code].text),
    code: permitted ? undefined : verdict.code,
    steps: stepViews(steps, (mend) => mendHref(mend, subject)),
    mappings: mappings.map(({ mappingId, lacks }) => ({
      id: mappingId,
      href: mendHref({ list: 'mappings', id: mappingId }, subject),
      lacks,
    })),
  };
}

function mendHref({ list, id }: Mend, subject: string): string {
  if (list === 'people') return `/admin/people?${new URLSearchParams({ q: subject }).toString()}`;
  return id === undefined ? sectionHref(list) : entryHref(list, id);
}
