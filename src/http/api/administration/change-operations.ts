/** The two ways in which the catalogue is changed by the API: what would become of it, and doing it. */
import type { Request } from 'express';
import type { z } from 'zod';
import type { Change, Changed, Plan } from '../../../broker/administer-catalogue.ts';
import type { Asker } from '../../../broker/administrators.ts';
import type { Operation } from '../../operation.ts';
import { jsonOperation, type JsonOperation } from '../json-operation.ts';
import { askerOf } from './asker.ts';
import {
  CHANGE_ERRORS,
  changedAnswer,
  changedSchema,
  changeOf,
  ifMatch,
  plannedAnswer,
  plannedSchema,
  proposedAnswer,
  proposedSchema,
} from './change.ts';

type Described<Body extends z.ZodType> = Pick<
  JsonOperation<z.ZodObject, Body, z.ZodType>,
  'id' | 'path' | 'summary' | 'parameters' | 'example' | 'bodyLimit' | 'errors'
> & { readonly body: Body };

interface Planning<Body extends z.ZodType> extends Described<Body> {
  readonly plan: (asker: Asker, body: z.output<Body>) => Promise<Plan>;
}

export function planOperation<Body extends z.ZodType>(planning: Planning<Body>): Operation {
  const { plan, errors = [], ...described } = planning;
  return jsonOperation({
    ...described,
    description: 'Stores nothing.',
    access: 'caller',
    answer: plannedSchema,
    answerDescription: 'What differs, and who would gain, lose or keep which role on other terms.',
    errors: ['administration.forbidden', 'catalogue.refused', ...errors],
    async handle({ body, response }) {
      return plannedAnswer(response, await plan(askerOf(response), body));
    },
  });
}

interface Changing<Body extends z.ZodType<{ readonly reason: string }>> extends Described<Body> {
  readonly description: string;
  readonly answerDescription?: string;
  readonly change: (
    asker: Asker,
    asked: { readonly body: z.output<Body>; readonly request: Request },
    change: Change,
  ) => Promise<Changed>;
}

/** Against the version that If-Match names. */
export function changeOperation<Body extends z.ZodType<{ readonly reason: string }>>(
  changing: Changing<Body>,
): Operation {
  const {
    change: make,
    parameters = [],
    errors = [],
    answerDescription = 'The new version, and what differs from the one before.',
    ...described
  } = changing;
  return jsonOperation({
    ...described,
    access: 'caller',
    parameters: [...parameters, ifMatch],
    answer: changedSchema,
    answerDescription,
    accepted: {
      schema: proposedSchema,
      description: 'Somebody else has to approve it first; nothing is changed yet.',
    },
    errors: [...CHANGE_ERRORS, ...errors],
    async handle({ body, request, response }) {
      const change = changeOf(request, body);
      const made = await make(askerOf(response), { body, request }, change);
      return made.proposal === undefined
        ? changedAnswer(response, made)
        : proposedAnswer(response, made.proposal);
    },
  });
}
