/** People: who has signed in, what arrived of them, what they may use, and the end of what acts for them. */
import { z } from 'zod';
import type { PeopleAdministration } from '../../../broker/administer-people.ts';
import type { Operation } from '../../operation.ts';
import { jsonOperation, pathParameter } from '../json-operation.ts';
import { rolesOf, rolesQuery, rolesSchema } from '../roles.ts';
import { askerOf } from './asker.ts';
import { personInFullOf, personInFullSchema, summaryOf, summarySchema } from './person-views.ts';

export const personParameter = {
  name: 'person',
  in: 'path',
  description: 'The id that lists give them.',
  schema: z.string(),
} as const;

export function peopleOperations(people: PeopleAdministration): Operation[] {
  return [listPeople(people), readPerson(people), listPersonsRoles(people)];
}

function listPeople(people: PeopleAdministration): Operation {
  return jsonOperation({
    id: 'listPeople',
    path: '/api/v1/admin/people',
    summary: 'Everybody who ever signed in',
    access: 'caller',
    query: z.strictObject({
      q: z.string().max(200).optional().describe('Part of a subject, a name or an e-mail address.'),
      cursor: z.string().max(500).optional().describe('The nextCursor of the page before.'),
    }),
    answer: z.strictObject({
      people: z.array(summarySchema),
      nextCursor: z.string().optional().describe('Asks for the next page; absent on the last.'),
    }),
    answerDescription: 'A hundred at most; who signed in last comes first.',
    errors: ['administration.forbidden'],
    async handle({ query: { q, cursor }, response }) {
      const wish = { ...(q === undefined ? {} : { text: q }), ...(cursor === undefined ? {} : { cursor }) };
      const page = await people.list(askerOf(response), wish);
      return { ...page, people: page.people.map(summaryOf) };
    },
  });
}

function readPerson(people: PeopleAdministration): Operation {
  return jsonOperation({
    id: 'getPerson',
    path: '/api/v1/admin/people/{person}',
    summary: 'One person: what arrived of them, and what acts for them',
    access: 'caller',
    parameters: [personParameter],
    answer: personInFullSchema,
    answerDescription: 'As they last signed in.',
    errors: ['administration.forbidden', 'request.not_found'],
    async handle({ request, response }) {
      return personInFullOf(await people.read(askerOf(response), pathParameter(request, 'person')));
    },
  });
}

function listPersonsRoles(people: PeopleAdministration): Operation {
  return jsonOperation({
    id: 'listRolesOfPerson',
    path: '/api/v1/admin/people/{person}/roles',
    summary: 'The roles somebody may use',
    description: 'As they last signed in. All at once unless a limit is given.',
    access: 'caller',
    parameters: [personParameter],
    query: rolesQuery,
    answer: rolesSchema,
    answerDescription: 'The roles, each with why they have it.',
    errors: ['administration.forbidden', 'request.not_found'],
    async handle({ query, request, response }) {
      const person = await people.read(askerOf(response), pathParameter(request, 'person'));
      return rolesOf(person.entitlements, query);
    },
  });
}
