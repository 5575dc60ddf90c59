/** The script that the set-up page offers for `credential_process`, run as tools run it. */
import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { storedAudit } from '../support/stored-audit.ts';
import type { ClientAnswer, ClientHome, RunningClient } from './client-home.ts';
import { inHome, type ClientWorld } from './client-world.ts';
import { ROLE, snippetsOf, tokenOf, withScript, writeToken } from './credential-process-home.ts';

export function describeCredentialScript(world: () => ClientWorld): void {
  const script = (home: ClientHome, role = ROLE, shell = 'sh'): Promise<ClientAnswer> =>
    home.run({ program: shell, arguments: [join(home.path, '.aws/daypass.sh'), role] });

  it('the script keeps what it got, for itself alone, until five minutes before the end', async () => {
    const { broker } = world();
    await withScript(world(), async (home) => {
      const first = await script(home);
      expect(first).toMatchObject({ status: 0, stderr: '' });
      const { sequence } = storedAudit(broker).at(-1) ?? { sequence: 0 };
      const second = await script(home);
      expect(second).toEqual(first);
      expect(storedAudit(broker, sequence), 'nobody was asked').toEqual([]);

      const file = join(home.path, `.aws/daypass-cache/${ROLE}.json`);
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect((await stat(join(file, '..'))).mode & 0o777).toBe(0o700);
      expect(await readdir(join(file, '..')), 'nothing half written').toEqual([`${ROLE}.json`]);

      await expireIn(file, 299);
      const third = await script(home);
      expect(third.status).toBe(0);
      expect(third.stdout).not.toBe(first.stdout);
      expect(storedAudit(broker, sequence).map(({ name }) => name)).toContain('credentials.issued');
      await expireIn(file, 330);
      expect((await script(home)).stdout, 'not yet').toBe(await readFile(file, 'utf8'));
    });
  });

  it('A01: the script keeps nothing from a former token, nor from a refused one', async () => {
    const { broker } = world();
    await withScript(world(), async (home) => {
      await script(home);
      await writeToken(home, 'another-token');
      const refused = await script(home);
      expect(refused).toEqual({
        status: 1,
        stdout: '',
        stderr: `daypass: no credentials for ${ROLE}: The access token is missing, wrong or expired. (401); see ${broker.baseUrl}/roles/${ROLE}\n`,
      });
      expect(await readdir(join(home.path, '.aws/daypass-cache'))).toEqual([]);
      await writeToken(home, await tokenOf(broker.baseUrl));
      const foreign = await script(home, 'development-developer');
      expect([foreign.status, foreign.stdout]).toEqual([1, '']);
      expect(foreign.stderr).toMatch(
        /^daypass: no credentials for development-developer: .+ \(404\); see http.+\/roles\/development-developer\n$/,
      );
    });
  });

  it('the script goes on with what still lives while Daypass is away, and says what is wrong when nothing does', async () => {
    const { broker } = world();
    await withScript(world(), async (home) => {
      const first = await script(home);
      const file = join(home.path, `.aws/daypass-cache/${ROLE}.json`);
      const text = await home.read('.aws/daypass.sh');
      for (const [away, said] of [
        [await refusing(), '000'],
        [await answering(503), '503'],
      ] as const) {
        await home.write('.aws/daypass.sh', text.replaceAll(broker.baseUrl, away.url));
        await writeFile(file, first.stdout);
        await expireIn(file, 120);
        const lasting = await script(home);
        expect([lasting.status, lasting.stdout]).toEqual([0, await readFile(file, 'utf8')]);
        await expireIn(file, 20);
        const over = await script(home);
        expect([over.status, over.stdout]).toEqual([1, '']);
        expect(over.stderr).toContain(
          `daypass: no credentials for ${ROLE}: Daypass at ${away.url} did not hand any out (${said})\n`,
        );
        await away.close();
      }
    });
  });

  it('the script takes nothing for a role that could be more than its id, and asks for its token', async () => {
    await withScript(world(), async (home) => {
      for (const role of ['', '../x', 'a b', '$(id)', 'a/../../b', 'A', 'a?x=1', 'a\nb']) {
        const answer = await script(home, role);
        expect([answer.status, answer.stdout], JSON.stringify(role)).toEqual([1, '']);
        expect(answer.stderr).toMatch(/^daypass: name a role by its id/);
      }
      await home.run({ program: 'rm', arguments: [join(home.path, '.aws/daypass-token')] });
      const answer = await script(home);
      expect(answer.status).toBe(1);
      expect(answer.stderr).toMatch(
        /^daypass: there is no token in .+daypass-token; make one at .+\/tokens\/new\n$/,
      );
    });
  });

  it('the token is on no command line and in no address', async () => {
    const { broker } = world();
    await withScript(world(), async (home) => {
      const seen = join(home.path, 'seen');
      await home.write('bin/curl', `#!/bin/sh\nprintf '%s\\n' "$@" >>"${seen}"\nexit 7\n`);
      await home.run({ program: 'chmod', arguments: ['700', join(home.path, 'bin/curl')] });
      await home.run({
        program: 'sh',
        arguments: [join(home.path, '.aws/daypass.sh'), ROLE],
        environment: { PATH: `${join(home.path, 'bin')}:${process.env['PATH'] ?? ''}` },
      });
      const [, token = ''] = (await home.read('.aws/daypass-token')).split('Bearer ');
      const commandLine = await readFile(seen, 'utf8');
      expect(commandLine).toContain(`${broker.baseUrl}/api/v1/roles/${ROLE}/credentials`);
      expect(commandLine).not.toContain(token.trim());
    });
  });

  it.each(['sh', 'bash'])('what the page says to paste puts all in its place, in %s', async (shell) => {
    const { broker } = world();
    const { tokenSh, saveSh, models } = snippetsOf(broker);
    await inHome(world(), async (home) => {
      const paste = (text: string): RunningClient => home.start({ program: shell, arguments: ['-c', text] });
      await home.write('.aws/daypass-token', 'an old one');
      await home.run({ program: 'chmod', arguments: ['644', join(home.path, '.aws/daypass-token')] });
      const asking = paste(tokenSh);
      asking.type(`${await tokenOf(broker.baseUrl)}\n`);
      expect((await asking.finished).stdout).toBe('Token: \n');
      expect((await stat(join(home.path, '.aws/daypass-token'))).mode & 0o777).toBe(0o600);
      expect(await paste(`${saveSh}\n${models}`).finished).toEqual({ status: 0, stdout: '', stderr: '' });
      expect(await script(home)).toMatchObject({ status: 0, stderr: '' });
      for (const service of ['sso', 'sso-oidc']) {
        const rules = await home.read(`.aws/models/${service}/2019-06-10/endpoint-rule-set-1.json`);
        expect(rules).toContain(broker.baseUrl);
      }
    });
  });

  it('the script means the same to every shell', async () => {
    await withScript(world(), async (home) => {
      for (const shell of ['sh', 'bash']) {
        const answer = await script(home, ROLE, shell);
        expect(answer, shell).toMatchObject({ status: 0, stderr: '' });
        expect(JSON.parse(answer.stdout)).toMatchObject({ Version: 1 });
      }
    });
  });
}

/** Credentials that were kept, with another end; the file is as new as it was. */
async function expireIn(file: string, seconds: number): Promise<void> {
  const { mtime } = await stat(file);
  const expiration = new Date(Date.now() + seconds * 1_000).toISOString();
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace(/"Expiration":"[^"]+"/, `"Expiration":"${expiration}"`));
  await utimes(file, mtime, mtime);
}

interface Away {
  readonly url: string;
  close(): Promise<void>;
}

/** An address where nobody listens. */
async function refusing(): Promise<Away> {
  const server = await answering(503);
  await server.close();
  return { url: server.url, close: () => Promise.resolve() };
}

async function answering(status: number): Promise<Away> {
  const server: Server = createServer((_request, response) => {
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}
