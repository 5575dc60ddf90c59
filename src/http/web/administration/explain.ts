/** Why somebody may or may not use a role: `POST /api/v1/admin/explain` as a form. It changes nothing. */
import { Router, type Response } from 'express';
import { BrokerError } from '../../../core/errors.ts';
import { readField } from '../../middleware/bodies.ts';
import { onlyMethods } from '../../middleware/only-methods.ts';
import type { AdministrationRoutes } from './administration.ts';
import { admittedOf, askerOf } from './administrators-only.ts';
import { answerView } from './explain-answer.ts';
import { explainFields, questionIn } from './explain-fields.ts';
import type { ExplainFields, ExplainPage } from './people-views.ts';
import { adminFrame } from './sections.ts';

export function explainRoutes(routes: AdministrationRoutes): Router {
  const router = Router();
  onlyMethods(router, '/admin/explain', {
    async get({ query }, response) {
      const given = explainFields((name) => (typeof query[name] === 'string' ? query[name] : undefined));
      const { person } = query;
      const fields = typeof person === 'string' ? await about(routes, person, { given, response }) : given;
      // What may be long, or is nobody's to keep in an address, comes by POST.
      const answered =
        fields.role === '' || fields.who === 'groups' ? {} : await answer(routes, fields, response);
      await render(routes, response, { fields, ...answered });
    },
    async post(request, response) {
      const fields = explainFields((name) => readField(request, name));
      await render(routes, response, { fields, ...(await answer(routes, fields, response)) });
    },
  });
  return router;
}

/** The question about somebody whose page leads here. */
async function about(
  { administration }: AdministrationRoutes,
  person: string,
  { given, response }: { readonly given: ExplainFields; readonly response: Response },
): Promise<ExplainFields> {
  const { known } = await administration.people.read(askerOf(response), person);
  const { connectorId: connector, subject } = known.person.identity;
  return { ...given, who: 'person', connector, subject };
}

type Answered = Partial<Pick<ExplainPage, 'answer' | 'problem'>>;

/** A question that cannot be answered loses nothing of what was typed. */
async function answer(
  { administration }: AdministrationRoutes,
  fields: ExplainFields,
  response: Response,
): Promise<Answered> {
  try {
    const explanation = await administration.explainAccess(askerOf(response), questionIn(fields));
    return { answer: answerView(explanation, fields) };
  } catch (error) {
    const isOurs = error instanceof BrokerError;
    if (!isOurs || !['request.not_found', 'request.malformed', 'duration'].includes(error.code)) throw error;
    return { problem: error.text };
  }
}

async function render(
  { pages }: AdministrationRoutes,
  response: Response,
  { fields, answer, problem }: Answered & Pick<ExplainPage, 'fields'>,
): Promise<void> {
  const { connectors } = admittedOf(response).current.catalogue;
  response.status(problem === undefined ? 200 : 400);
  await pages.render(response, 'admin-explain', {
    ...adminFrame(response, 'explain'),
    title: 'Explain',
    fields,
    connectors: connectors.map(({ id, label }) => ({ id, label })),
    answer,
    problem,
  });
}
