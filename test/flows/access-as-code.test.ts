import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../src/cli/run-command.ts';
import { ApiClient } from '../support/api-client.ts';
import { HttpBrowser } from '../support/http-browser.ts';
import { signIn, startTestBroker, type TestBroker } from '../support/start-test-broker.ts';

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

describe('daypass access', () => {
  const directory = mkdtempSync(join(tmpdir(), 'daypass-access-'));
  let broker: TestBroker;
  let empty: TestBroker;
  const tokens = new Map<TestBroker, string>();

  beforeAll(async () => {
    broker = await startTestBroker();
    // Nothing in it but a connector and its administrator.
    empty = await startTestBroker({
      access: ({ connectors = [], administrators = [] }) => ({
        connectors: connectors.filter(({ id }) => id === 'sandbox-oidc'),
        administrators: administrators.filter(({ connector }) => connector === 'sandbox-oidc'),
      }),
    });
    for (const each of [broker, empty]) tokens.set(each, await giveToken(each));
  });
  afterAll(async () => {
    await empty.close();
    await broker.close();
    rmSync(directory, { recursive: true });
  });

  async function daypass(at: TestBroker, args: readonly string[], environment = {}): Promise<Outcome> {
    const [out, err]: [string[], string[]] = [[], []];
    const code = await runCommand(['access', ...args], {
      environment: { DAYPASS_URL: at.baseUrl, DAYPASS_TOKEN: tokens.get(at) ?? '', ...environment },
      workingDirectory: directory,
      print: (text) => out.push(text),
      complain: (text) => err.push(text),
    });
    return { code, out: out.join('\n'), err: err.join('\n') };
  }

  it('exports, applies on an empty installation, and exports the same bytes', async () => {
    const [file, copy] = [join(directory, 'access.yaml'), join(directory, 'copy.yaml')];
    expect((await daypass(broker, ['export', file])).code).toBe(0);
    const text = readFileSync(file, 'utf8');
    expect((await daypass(broker, ['export'])).out).toBe(text.trimEnd());
    expect(await daypass(broker, ['plan', file, '--fail-on-change'])).toMatchObject({ code: 0, err: '' });

    const planned = await daypass(empty, ['plan', file, '--fail-on-change']);
    expect(planned).toMatchObject({ code: 2, err: '' });
    expect(planned.out).toMatch(/\+ roles production-readonly/);
    const applied = await daypass(empty, ['apply', file, '--reason', 'as the other one']);
    expect(applied).toMatchObject({ code: 0, err: '' });
    expect(applied.out).toMatch(/applied: version 2, \d+ to add/);
    expect((await daypass(empty, ['export', copy])).code).toBe(0);
    expect(readFileSync(copy, 'utf8')).toBe(text);
    expect((await daypass(empty, ['apply', file, '--reason', 'again'])).out).toContain('no change');
  });

  it('says whom a change reaches, and tells each mistake by its line', async () => {
    const file = join(directory, 'change.yaml');
    await daypass(broker, ['export', file]);
    const text = readFileSync(file, 'utf8');
    const changed = text.replace('groups:\n      - contractors', 'groups:\n      - daypass-administrators');
    expect(changed).not.toBe(text);
    writeFileSync(file, changed);
    const planned = await daypass(broker, ['plan', file]);
    expect(planned).toMatchObject({ code: 0, err: '' });
    expect(planned.out).toContain('~ mappings contractors-saml');

    writeFileSync(file, text.replace('- production-readonly', '- production-readnoly'));
    const broken = await daypass(broker, ['apply', file, '--reason', 'x']);
    expect(broken.code).toBe(1);
    expect(broken.err).toMatch(
      /change\.yaml:\d+:\d+: mappings\[\d+\]\.roles\.ids\[\d\]: there is no role "production-readnoly"/,
    );
    writeFileSync(file, text.replace('roleName:', 'rolename:'));
    expect((await daypass(broker, ['plan', file])).err).toMatch(
      /change\.yaml:\d+:\d+: .*did you mean roleName/,
    );
    expect((await daypass(broker, ['plan', join(directory, 'none.yaml')])).code).toBe(1);
    expect((await daypass(broker, ['export'])).out).toBe(text.trimEnd());
  });

  it('A06: says who else has to approve a change, and where it waits', async () => {
    const careful = await startTestBroker({ settings: { administration: { secondPerson: 'every-change' } } });
    try {
      tokens.set(careful, await giveToken(careful));
      const file = join(directory, 'careful.yaml');
      await daypass(careful, ['export', file]);
      writeFileSync(file, readFileSync(file, 'utf8').replace('colour: red', 'colour: violet'));
      const planned = await daypass(careful, ['plan', file]);
      expect(planned).toMatchObject({ code: 0, err: '' });
      expect(planned.out).toContain('needs a second person: Every change');
      const applied = await daypass(careful, ['apply', file, '--reason', 'a colour']);
      expect(applied).toMatchObject({ code: 3, err: '' });
      expect(applied.out).toMatch(new RegExp(`approval at ${careful.baseUrl}/admin/proposals/[\\w-]{43}$`));
      expect((await daypass(careful, ['plan', file])).out).toContain('against version 1');
    } finally {
      await careful.close();
    }
  });

  it('says what is missing, and sends no token in clear text over a network', async () => {
    for (const [environment, words] of [
      [{ DAYPASS_URL: 'http://daypass.example' }, 'https://'],
      [{ DAYPASS_URL: undefined }, 'DAYPASS_URL'],
      [{ DAYPASS_TOKEN: '' }, 'DAYPASS_TOKEN_FILE'],
      [{ DAYPASS_TOKEN_FILE: join(directory, 'none') }, 'ENOENT'],
      [{ DAYPASS_TOKEN: 'wrong' }, 'access token is missing, wrong or expired'],
    ] as const) {
      const { code, err } = await daypass(broker, ['export'], environment);
      expect(code).toBe(1);
      expect(err).toContain(words);
      expect(err).not.toContain(tokens.get(broker));
    }
    expect((await daypass(broker, ['apply', 'x.yaml'])).err).toContain('--reason');
    expect((await daypass(broker, ['plan'])).err).toContain('plan FILE');
  });

  /** A personal access token of the administrator. */
  async function giveToken(at: TestBroker): Promise<string> {
    const browser = new HttpBrowser();
    await signIn(browser, at, { person: 'alex.admin', connector: 'sandbox-oidc' });
    const api = ApiClient.ofBrowser(browser, at.baseUrl);
    const made = await api.post<{ token: string }>('/api/v1/tokens', { label: 'ci', expiresInDays: 1 });
    return made.body.token;
  }
});
