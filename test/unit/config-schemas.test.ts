import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configFileSchema } from '../../src/config/config-schema.ts';
import { accessJsonSchema, configJsonSchema } from '../../src/config/json-schemas.ts';
import { catalogueSchema, mappingSchema } from '../../src/core/catalogue.ts';
import { loadAccess } from '../../src/config/load-access.ts';
import { parseYaml } from '../../src/config/parse-yaml.ts';

const DOCS = join(import.meta.dirname, '../../docs');

const MANUAL = readFileSync(join(DOCS, 'configuration.md'), 'utf8');
const EXAMPLES = [...MANUAL.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text ?? '');

function read(text: string): unknown {
  const { value, problems } = parseYaml(text, 'configuration.md', 100_000);
  expect(problems).toEqual([]);
  return value;
}

/** The catalogue that the manual shows, with mappings added. */
function access(moreMappings: string): ReturnType<typeof loadAccess> {
  const text = (EXAMPLES.find((example) => example.startsWith('connectors:')) ?? '')
    .replace('sha256:...', `sha256:${'0'.repeat(64)}`)
    .replace('mappings:\n', `mappings:\n${moreMappings}`);
  return loadAccess(text, 'configuration.md', {
    credentialSources: new Map([['hub', { longTerm: false }]]),
    secretNames: new Set(['okta']),
    allowHttp: false,
  });
}

describe('the examples of docs/configuration.md are accepted', () => {
  it('all six of them are looked at here', () => {
    expect(EXAMPLES.map((example) => example.trimStart().split(/[\s:]/)[0])).toEqual([
      'baseUrl',
      'credentialSources',
      'aws',
      'connectors',
      '#',
      'limits',
    ]);
  });

  it.each(EXAMPLES.slice(0, 3))('%s', (example) => {
    expect(configFileSchema.safeParse(read(example)).error).toBeUndefined();
  });

  it('the catalogue, with every mapping that is shown', () => {
    const mappings = (EXAMPLES[4] ?? '').replace(/^(?=[-#])/gm, '  ');
    expect(access(mappings).problems).toEqual([]);
    expect(access(mappings).catalogue?.mappings).toHaveLength(5);
  });

  it('the limits', () => {
    const { limits } = mappingSchema.shape;
    const { limits: example } = read(EXAMPLES[5] ?? '') as { readonly limits: unknown };
    expect(limits.safeParse(example).error).toBeUndefined();
  });
});

describe('the documentation of settings is current', () => {
  it.each([
    ['config', configJsonSchema()],
    ['access', accessJsonSchema()],
  ])('docs/%s.schema.json', (name, current) => {
    const kept = readFileSync(join(DOCS, `${name}.schema.json`), 'utf8');
    expect(kept, `run: npm run build && node dist/daypass.js ${name}-schema > docs/${name}.schema.json`).toBe(
      current,
    );
  });

  it('docs/configuration.md names every setting of the file and every list of access.yaml', () => {
    const names = [...Object.keys(configFileSchema.shape), ...Object.keys(catalogueSchema.shape)];
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => !MANUAL.includes(`\`${name}\``))).toEqual([]);
  });

  it('docs/configuration.md names every variable that is read', () => {
    const source = readFileSync(join(DOCS, '../src/config/process-settings.ts'), 'utf8');
    const names = source.match(/DAYPASS_[A-Z_]+/g) ?? [];
    expect(new Set(names).size).toBe(7);
    expect(names.filter((name) => !MANUAL.includes(name))).toEqual([]);
  });
});
