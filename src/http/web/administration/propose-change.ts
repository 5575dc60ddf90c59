/** Every change goes the same way: what it would do is shown, and it is made only as shown, with a reason. */
import type { Request, Response } from 'express';
import type { Change, Changed, Plan } from '../../../broker/administer-catalogue.ts';
import { BrokerError } from '../../../core/errors.ts';
import { reasonSchema } from '../../change-fields.ts';
import { readField } from '../../middleware/bodies.ts';
import type { PageContent, Pages } from '../pages.ts';
import { admittedOf } from './administrators-only.ts';
import { planView } from './change-view.ts';
import { adminFrame, type Section } from './sections.ts';
import type { ChangePage } from './views.ts';

export interface Proposal extends Pick<
  ChangePage,
  'title' | 'action' | 'fields' | 'isEditable' | 'leaveHref'
> {
  readonly section: Section;
  plan(): Promise<Plan>;
  apply(change: Change): Promise<Changed>;
}

/** Makes the change where the preview's own button was pressed; shows the preview before, and again where it is not made. */
export async function showOrApply(
  pages: Pages,
  proposal: Proposal,
  request: Request,
  response: Response,
): Promise<void> {
  if (readField(request, 'do') !== 'apply') {
    await showPreview(pages, proposal, response);
    return;
  }
  const reason = reasonSchema.safeParse(readField(request, 'reason')?.trim());
  if (!reason.success) {
    response.status(400);
    await showPreview(pages, proposal, response, {
      isReasonMissing: true,
      reason: readField(request, 'reason'),
    });
    return;
  }
  try {
    const change = { expectedVersion: versionIn(request), reason: reason.data };
    response.redirect(303, changedHref(await proposal.apply(change)));
  } catch (error) {
    if (!(error instanceof BrokerError) || error.code !== 'catalogue.stale') throw error;
    response.status(412);
    await showPreview(pages, proposal, response, { isStale: true, reason: reason.data });
  }
}

/** Where whoever made a change sees it: its version, or that it waits for somebody else. */
export function changedHref({ version, proposal }: Changed): string {
  return proposal === undefined ? `/admin/versions/${version}` : `/admin/proposals/${proposal}`;
}

/** What a form was opened with. @throws BrokerError `request.malformed` */
export function versionIn(request: Request): number {
  const text = readField(request, 'version') ?? '';
  if (!/^[0-9]{1,15}$/.test(text)) throw new BrokerError('request.malformed', { detail: 'no version' });
  return Number(text);
}

interface Again {
  readonly isStale?: boolean;
  readonly isReasonMissing?: boolean;
  readonly reason?: string | undefined;
}

export async function showPreview(
  pages: Pages,
  proposal: Proposal,
  response: Response,
  { isStale = false, isReasonMissing = false, reason = '' }: Again = {},
): Promise<void> {
  const { section, title, action, fields, isEditable, leaveHref } = proposal;
  const { current } = admittedOf(response);
  const planned = await planOf(proposal);
  if (planned.plan === undefined) response.status(400);
  const version = planned.plan?.version ?? current.version;
  const content: PageContent<ChangePage> = {
    ...adminFrame(response, section),
    title,
    action,
    fields: [...fields, { name: 'version', value: String(version) }],
    isEditable,
    leaveHref,
    mistakes: planned.mistakes,
    isStale,
    isReasonMissing,
    reason,
    plan: planned.plan === undefined ? undefined : planView(planned.plan, current.compiled),
  };
  await pages.render(response, 'admin-change', content);
}

async function planOf(
  proposal: Proposal,
): Promise<{ readonly plan: Plan | undefined; readonly mistakes: readonly string[] }> {
  try {
    return { plan: await proposal.plan(), mistakes: [] };
  } catch (error) {
    if (!(error instanceof BrokerError) || error.problems === undefined) throw error;
    return { plan: undefined, mistakes: error.problems.map(problemText) };
  }
}

function problemText({ path, message }: NonNullable<BrokerError['problems']>[number]): string {
  return path.length === 0 ? message : `${path.join('.')}: ${message}`;
}
