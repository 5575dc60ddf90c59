import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadAccess, loadAccessFile } from '../../src/config/load-access.ts';
import type { CatalogueFacts } from '../../src/core/catalogue-problems.ts';

const FACTS: CatalogueFacts = { credentialSources: new Map(), secretNames: new Set(), allowHttp: false };
const METADATA = '<?xml version="1.0"?>\n<md:EntityDescriptor xmlns:md="urn:x" entityID="a"/>';

describe('metadataFile of access.yaml', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'daypass-access-'));
  });

  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  function load(settings: string): ReturnType<typeof loadAccessFile> {
    const file = join(directory, 'access.yaml');
    writeFileSync(file, `connectors:\n  - { kind: saml, id: corp, label: Corp, ${settings} }\n`);
    return loadAccessFile(file, FACTS);
  }

  const complaints = (settings: string): string[] =>
    load(settings).problems.map(({ line, path, message }) => `${line ?? ''} ${path}: ${message}`);

  it('becomes the metadata, relative to access.yaml or absolute', () => {
    writeFileSync(join(directory, 'idp.xml'), METADATA);
    for (const name of ['idp.xml', './idp.xml', join(directory, 'idp.xml')]) {
      const { catalogue, problems } = load(`metadataFile: ${JSON.stringify(name)}`);
      expect(problems).toEqual([]);
      expect(catalogue?.connectors[0]).toMatchObject({ id: 'corp', metadata: METADATA });
      expect(catalogue?.connectors[0]).not.toHaveProperty('metadataFile');
    }
  });

  it('is a mistake at its own place when the file is of no use', () => {
    writeFileSync(join(directory, 'words.xml'), 'hello');
    writeFileSync(join(directory, 'page.xml'), '<html><body/></html>');
    writeFileSync(join(directory, 'bytes.xml'), Buffer.from([0x3c, 0xff]));
    writeFileSync(join(directory, 'huge.xml'), `${METADATA}${' '.repeat(1_048_577)}`);
    const said = (file: string): string[] => complaints(`metadataFile: ${file}`);
    const place = '2 connectors[0].metadataFile: the file';
    expect(said('none.xml')).toEqual([`${place} cannot be read (ENOENT)`]);
    expect(said('.')).toEqual([`${place} is not a file`]);
    expect(said('words.xml')).toEqual([`${place} is not a SAML metadata document`]);
    expect(said('page.xml')).toEqual([`${place} is not a SAML metadata document`]);
    expect(said('bytes.xml')).toEqual([`${place} is not UTF-8`]);
    expect(said('huge.xml')).toEqual([`${place} is larger than 1048576 bytes`]);
  });

  it('leaves the rest of the entry to be looked at', () => {
    expect(complaints('metadataFile: none.xml, labl: x')).toEqual([
      '2 connectors[0].metadataFile: the file cannot be read (ENOENT)',
      '2 connectors[0].labl: there is no setting "labl" here; did you mean label?',
    ]);
    expect(complaints('metadataFile: 5')).toEqual([
      '2 connectors[0].metadataFile: write text here; put numbers and true, false in quotes',
    ]);
  });

  it('is one of several places, of which one alone is given', () => {
    writeFileSync(join(directory, 'idp.xml'), METADATA);
    const one = 'give one of metadataUrl, metadataFile and metadata';
    expect(complaints('metadataFile: idp.xml, metadataUrl: "https://idp.example/metadata"')).toEqual([
      `2 connectors[0].metadata: ${one}`,
    ]);
    expect(complaints('metadataFile: idp.xml, metadata: "<x/>"')).toEqual([
      '2 connectors[0].metadataFile: stands beside metadata: give one of the two',
    ]);
    expect(complaints('metadataFile: idp.xml, ssoUrl: "https://idp.example/sso"')).toEqual([
      '2 connectors[0].ssoUrl: is in the provider’s metadata; remove it, or the metadata',
    ]);
    expect(complaints('entityId: x')).toEqual([
      '2 connectors[0].metadataUrl: give metadataUrl, metadataFile or metadata; or all of entityId, ssoUrl and certificates',
    ]);
  });

  it('may stand beside who must have signed it and which provider is meant', () => {
    writeFileSync(join(directory, 'idp.xml'), METADATA);
    expect(complaints('metadataFile: idp.xml, entityId: a, certificates: [AAAA]')).toEqual([]);
  });

  it('is nothing that text from elsewhere can ask for', () => {
    const text = 'connectors: [{ kind: saml, id: corp, label: Corp, metadataFile: /etc/passwd }]';
    expect(loadAccess(text, 'elsewhere', FACTS).problems.map(({ message }) => message)).toEqual([
      'is read only from access.yaml on disk; give metadata instead',
    ]);
  });

  it('S45: addresses by hand are https where people work', () => {
    const byHand = (sloUrl: string): string =>
      `entityId: a, ssoUrl: "https://idp.example/sso", sloUrl: "${sloUrl}", certificates: [AAAA]`;
    expect(complaints(byHand('https://idp.example/slo'))).toEqual([]);
    expect(complaints(byHand('http://idp.example/slo'))).toEqual([
      '2 connectors[0].sloUrl: use https: http is accepted only while Daypass itself is tried on this machine',
    ]);
  });
});
