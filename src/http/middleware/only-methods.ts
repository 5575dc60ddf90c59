import type { RequestHandler, Router } from 'express';
import { BrokerError } from '../../core/errors.ts';

type Handlers = RequestHandler | readonly RequestHandler[];

/** One address with the methods it answers; every other method is refused with `Allow`. */
export function onlyMethods(
  router: Router,
  path: string,
  handlers: { readonly get?: Handlers; readonly post?: Handlers },
): void {
  const route = router.route(path);
  const { get, post } = handlers;
  if (get !== undefined) route.get(...[get].flat());
  if (post !== undefined) route.post(...[post].flat());
  const allowed = [
    ...(get === undefined ? [] : ['GET', 'HEAD']),
    ...(post === undefined ? [] : ['POST']),
  ].join(', ');
  route.all((_request, response) => {
    response.setHeader('Allow', allowed);
    throw new BrokerError('request.method');
  });
}
