import express, { type Request, type RequestHandler } from 'express';
import { BrokerError } from '../../core/errors.ts';

/** An HTML form's fields; `readField` takes them one by one. */
export function readForm(limit = '16kb', parameterLimit = 50): RequestHandler {
  const read = express.urlencoded({ extended: false, limit, parameterLimit });
  return onlyOfType('application/x-www-form-urlencoded', read);
}

export function readJson(limit = '16kb'): RequestHandler {
  return onlyOfType('application/json', express.json({ limit, strict: true }));
}

/** Express takes a body of another type for none; whoever sent it would get what they did not ask for. */
function onlyOfType(type: string, read: RequestHandler): RequestHandler {
  return (request, response, next) => {
    const isEmpty = request.headers['content-length'] === '0';
    const isReadable = request.is(type) !== false && isUtf8(request.headers['content-type']);
    if (isEmpty || isReadable) read(request, response, next);
    else next(new BrokerError('request.malformed', { hint: `Send a body of type ${type}, in UTF-8.` }));
  };
}

/** In another charset (UTF-7, say) the same bytes would be another text for whoever looked at them before us. */
function isUtf8(contentType = ''): boolean {
  const [, charset] = /;\s*charset\s*=\s*"?([^";]*)/i.exec(contentType) ?? [];
  return charset === undefined || charset.trim().toLowerCase() === 'utf-8';
}

/** A field that may come any number of times, as checkboxes of one name do. */
export function readFields(request: Request, name: string): readonly string[] {
  const body: unknown = request.body;
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, name)) return [];
  const values = [(body as Record<string, unknown>)[name]].flat();
  return values.filter((value) => typeof value === 'string');
}

/** One text field of a parsed form; absent and empty are the same. @throws BrokerError `request.malformed` when it came twice. */
export function readField(request: Request, name: string): string | undefined {
  const body: unknown = request.body;
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, name)) return undefined;
  const value: unknown = (body as Record<string, unknown>)[name];
  if (typeof value !== 'string') {
    throw new BrokerError('request.malformed', {
      detail: `${name} is not one text`,
      hint: `Send “${name}” once.`,
    });
  }
  return value === '' ? undefined : value;
}
