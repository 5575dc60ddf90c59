import { DOMParser } from '@xmldom/xmldom';
import type { Seen } from './shot.ts';

/** Stacks, paths of ours, names of errors: what an attacker learns from. */
export const INSIDES =
  /\bat [\w.<>]+ \(|node_modules|file:\/\/|\/src\/|\.(?:ts|js|ejs):\d|(?:Type|Range|Reference)Error|ENOENT|ZodError/;

/** Throws where the body is not what its type says. */
export function checkReadable({ status, headers, text }: Seen): void {
  const type = headers['content-type'] ?? '';
  if (text === '') return;
  if (type.includes('xml')) checkXml(text);
  else if (type.includes('json')) JSON.parse(text);
  else if (type.includes('html')) checkHtml(text);
  else if (!/^(text\/(plain|css|javascript|yaml)|(application|binary)\/(octet-stream|yaml))/.test(type)) {
    throw new Error(`${status} with a body of the type "${type}"`);
  }
}

function checkXml(text: string): void {
  const fail = (message: unknown): never => {
    throw new Error(`not XML: ${String(message)}`);
  };
  // The parser is lenient about characters that XML 1.0 cannot hold.
  if (/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(text)) fail('a forbidden character');
  const parser = new DOMParser({ errorHandler: { warning: fail, error: fail, fatalError: fail } });
  const { documentElement } = parser.parseFromString(text, 'text/xml') as unknown as {
    documentElement: Element | null;
  };
  if (documentElement === null) fail('no element');
}

function checkHtml(text: string): void {
  if (!/^\s*<!doctype html>/i.test(text) || !/<\/html>\s*$/i.test(text)) throw new Error('not a whole page');
}
