/** What administrators do to people: disable and enable them, end their sessions and their tokens. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { PeopleAdministration } from '../../../broker/administer-people.ts';
import type { Asker } from '../../../broker/administrators.ts';
import type { ErrorCode } from '../../../core/errors.ts';
import { reasonSchema } from '../../change-fields.ts';
import type { Operation, Parameter } from '../../operation.ts';
import { jsonOperation, pathParameter } from '../json-operation.ts';
import { askerOf } from './asker.ts';
import { personParameter } from './people.ts';

const PERSON = '/api/v1/admin/people/{person}';
const ERRORS: readonly ErrorCode[] = ['administration.forbidden', 'request.not_found', 'session.ended'];
const nothing = z.strictObject({});

export function peopleChangeOperations(people: PeopleAdministration): Operation[] {
  return [
    withReason('disablePerson', 'disable', {
      summary: 'Disable somebody',
      description: 'Their sessions and tokens end at once, and they cannot sign in until they are enabled.',
      change: (asker, person, reason) => people.disable(asker, person, reason),
    }),
    withReason('enablePerson', 'enable', {
      summary: 'Let somebody sign in again',
      description: 'What was ended stays so.',
      change: (asker, person, reason) => people.enable(asker, person, reason),
    }),
    ending('endSessionsOfPerson', 'sessions/end', {
      summary: 'End all sessions of somebody',
      end: ({ asker, person }) => people.endAllSessions(asker, person),
    }),
    ending('endSessionOfPerson', 'sessions/{id}/end', {
      summary: 'End a session of somebody',
      end: ({ asker, person, id }) => people.endSession(asker, person, id),
    }),
    ending('endTokenOfPerson', 'tokens/{id}/end', {
      summary: 'End a token, a client or an application that acts for somebody',
      end: ({ asker, person, id }) => people.endAuthorization(asker, person, id),
    }),
  ];
}

interface Switch {
  readonly summary: string;
  readonly description: string;
  readonly change: (asker: Asker, person: string, reason: string) => Promise<void>;
}

function withReason(id: string, verb: string, { summary, description, change }: Switch): Operation {
  return jsonOperation({
    id,
    path: `${PERSON}/${verb}`,
    summary,
    description,
    access: 'caller',
    parameters: [personParameter],
    body: z.strictObject({ reason: reasonSchema }),
    example: { reason: 'left the company' },
    answer: nothing,
    answerDescription: 'Done, and recorded.',
    errors: ERRORS,
    async handle({ body, request, response }) {
      await change(askerOf(response), pathParameter(request, 'person'), body.reason);
      return {};
    },
  });
}

interface EndedThing {
  readonly asker: Asker;
  readonly person: string;
  readonly id: string;
}

interface Ending {
  readonly summary: string;
  readonly end: (what: EndedThing) => Promise<void>;
}

const idParameter: Parameter = {
  name: 'id',
  in: 'path',
  description: 'As the person’s own address lists it.',
  schema: z.string(),
};

function ending(id: string, path: string, { summary, end }: Ending): Operation {
  return jsonOperation({
    id,
    path: `${PERSON}/${path}`,
    summary,
    access: 'caller',
    parameters: [personParameter, ...(path.includes('{id}') ? [idParameter] : [])],
    body: nothing,
    example: {},
    answer: nothing,
    answerDescription: 'Ended, and recorded.',
    errors: ERRORS,
    async handle({ request, response }) {
      await end(namedIn(request, response));
      return {};
    },
  });
}

function namedIn(request: Request, response: Response): EndedThing {
  return {
    asker: askerOf(response),
    person: pathParameter(request, 'person'),
    id: pathParameter(request, 'id'),
  };
}
