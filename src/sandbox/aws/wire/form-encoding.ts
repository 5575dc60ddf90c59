import { AwsError } from './aws-error.ts';

export type Pairs = readonly (readonly [name: string, value: string])[];

const MAX_PAIRS = 2_000;

/** `application/x-www-form-urlencoded`, strictly: what cannot be decoded is refused, not guessed at. */
export function decodePairs(text: string): Pairs {
  if (text === '') return [];
  const parts = text.split('&', MAX_PAIRS + 1);
  if (parts.length > MAX_PAIRS) throw malformed();
  return parts
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=');
      const name = equals < 0 ? part : part.slice(0, equals);
      return [decode(name), equals < 0 ? '' : decode(part.slice(equals + 1))] as const;
    });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw malformed();
  }
}

function malformed(): AwsError {
  return new AwsError('MalformedQueryString', 'The query string contains a syntax error.', 404);
}

/** RFC 3986 as AWS signs it: everything but unreserved characters. */
export function encodeRfc3986(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
