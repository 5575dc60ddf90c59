import { Router, type Response } from 'express';
import type { Admitted, Administrators, Asker } from '../../../broker/administrators.ts';
import { BrokerError } from '../../../core/errors.ts';
import { readForm } from '../../middleware/bodies.ts';
import { limitPrincipal, type PrincipalLimits } from '../../middleware/limit-principal.ts';
import { contextOf } from '../../request-context.ts';
import { requirePerson } from '../signed-in.ts';

const admitted = new WeakMap<Response, Admitted>();

/** An entry with a provider's metadata in it, and a tick for every group and role that was found. */
const FORM = { limit: '2mb', fields: 1_000 };

/** Whoever is no administrator finds nothing below `/admin`, whatever they ask for, and nothing they send is read. */
export function administratorsOnly(parts: {
  readonly administration: { readonly administrators: Administrators };
  readonly limits: PrincipalLimits;
}): Router {
  const router = Router();
  router.use('/admin', async (_request, response, next) => {
    const asker = askerOf(response);
    await limitPrincipal(parts.limits, asker.principal, response);
    admitted.set(response, await parts.administration.administrators.admit(asker).catch(hide));
    next();
  });
  router.post('/admin/*rest', readForm(FORM.limit, FORM.fields));
  return router;
}

function hide(error: unknown): never {
  const isRefused = error instanceof BrokerError && error.code === 'administration.forbidden';
  throw isRefused ? new BrokerError('request.not_found') : error;
}

export function askerOf(response: Response): Asker {
  return { principal: requirePerson(response).principal, origin: contextOf(response).origin };
}

/** Who they are as administrator, and the catalogue that this request is answered from. */
export function admittedOf(response: Response): Admitted {
  const found = admitted.get(response);
  if (found === undefined) throw new BrokerError('request.not_found');
  return found;
}
