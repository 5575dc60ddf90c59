import { describe, expect, it } from 'vitest';
import { localPath } from '../../src/lib/local-path.ts';

const BASE = 'https://daypass.example';

describe('going back to where one wanted to go', () => {
  it.each(['/', '/roles/a', '/?q=payments&page=2', '/roles/a%20b'])('keeps %s', (path) => {
    expect(localPath(path, BASE)).toBe(path);
  });

  it.each([
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/..//evil.example',
    '/.//evil.example',
    '/x/..//evil.example',
    '/%2e%2e//evil.example',
    '/\tevil',
    '/\n//evil.example',
    ' /roles',
    'javascript:alert(1)',
    'https:evil.example',
    '/é',
    '',
    `/${'a'.repeat(3_000)}`,
    undefined,
    ['/roles'],
    { toString: () => '/roles' },
  ])('W11: turns %j into the start page', (value) => {
    expect(localPath(value, BASE)).toBe('/');
  });
});
