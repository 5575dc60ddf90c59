/** Changes that wait for a second person: seen, approved, rejected, withdrawn. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Asker } from '../../../broker/administrators.ts';
import type { Proposals } from '../../../broker/proposals.ts';
import type { ErrorCode } from '../../../core/errors.ts';
import { reasonSchema } from '../../change-fields.ts';
import type { Operation, Parameter } from '../../operation.ts';
import { jsonOperation, pathParameter, type JsonOperation } from '../json-operation.ts';
import { askerOf } from './asker.ts';
import { changedAnswer, changedSchema } from './change.ts';
import { aboutSchema, aboutView, proposalSchema, proposalView } from './proposal-fields.ts';

const PATH = '/api/v1/admin/proposals';
const DECIDING: readonly ErrorCode[] = [
  'administration.forbidden',
  'request.not_found',
  'proposal.closed',
  'session.ended',
];

const idParameter: Parameter = {
  name: 'proposal',
  in: 'path',
  description: 'The proposal’s id.',
  schema: z.string(),
};

export function proposalOperations(proposals: Proposals): Operation[] {
  return [
    listProposals(proposals),
    readProposal(proposals),
    approveProposal(proposals),
    closing('reject', {
      summary: 'Reject a change',
      description: 'Says no to it, and why.',
      body: z.strictObject({ reason: reasonSchema }),
      example: { reason: 'CHG-1234 is for support alone' },
      close: (asker, id, { reason }) => proposals.reject(asker, id, reason),
    }),
    closing('withdraw', {
      summary: 'Withdraw a change of your own',
      description: 'It can be proposed again.',
      body: z.strictObject({}),
      close: (asker, id) => proposals.withdraw(asker, id),
    }),
  ];
}

function listProposals(proposals: Proposals): Operation {
  return jsonOperation({
    id: 'listProposals',
    path: PATH,
    summary: 'Changes that wait for a second person',
    access: 'caller',
    answer: z.strictObject({ proposals: z.array(aboutSchema) }),
    answerDescription: 'Newest first.',
    errors: ['administration.forbidden'],
    async handle({ response }) {
      const open = await proposals.list(askerOf(response));
      return { proposals: open.map(aboutView) };
    },
  });
}

function readProposal(proposals: Proposals): Operation {
  return jsonOperation({
    id: 'getProposal',
    path: `${PATH}/{proposal}`,
    summary: 'A proposed change, and what it would do by now',
    access: 'caller',
    parameters: [idParameter],
    answer: proposalSchema,
    answerDescription: 'Also of what is decided, until seven days after it was proposed.',
    errors: ['administration.forbidden', 'request.not_found'],
    async handle({ request, response }) {
      return proposalView(await proposals.read(askerOf(response), pathParameter(request, 'proposal')));
    },
  });
}

function approveProposal(proposals: Proposals): Operation {
  return jsonOperation({
    id: 'approveProposal',
    path: `${PATH}/{proposal}/approve`,
    summary: 'Approve a change of somebody else’s',
    description: 'Applies it as it was proposed, to the version of the catalogue that it was proposed for.',
    access: 'caller',
    parameters: [idParameter],
    body: z.strictObject({}),
    answer: changedSchema,
    answerDescription: 'The new version, and what differs from the one before.',
    errors: [...DECIDING, 'catalogue.stale', 'catalogue.refused', 'proposal.author'],
    async handle({ request, response }) {
      const id = pathParameter(request, 'proposal');
      return changedAnswer(response, await proposals.approve(askerOf(response), id));
    },
  });
}

const nothing = z.strictObject({});

interface Closing<Body extends z.ZodType> extends Pick<
  JsonOperation<z.ZodObject, Body, z.ZodType>,
  'summary' | 'description' | 'example'
> {
  readonly body: Body;
  readonly close: (asker: Asker, id: string, body: z.output<Body>) => Promise<void>;
}

function closing<Body extends z.ZodType>(verb: string, { close, ...described }: Closing<Body>): Operation {
  return jsonOperation({
    ...described,
    id: `${verb}Proposal`,
    path: `${PATH}/{proposal}/${verb}`,
    access: 'caller',
    parameters: [idParameter],
    answer: nothing,
    answerDescription: 'Done, and recorded.',
    errors: DECIDING,
    async handle({ body, request, response }: Handled<Body>) {
      await close(askerOf(response), pathParameter(request, 'proposal'), body);
      return {};
    },
  });
}

interface Handled<Body extends z.ZodType> {
  readonly body: z.output<Body>;
  readonly request: Request;
  readonly response: Response;
}
