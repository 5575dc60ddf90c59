/** The configuration that Daypass writes for a person, from the sign-in to credentials of each of their roles. */
import { expect, it } from 'vitest';
import { ApiClient } from '../support/api-client.ts';
import { HttpBrowser } from '../support/http-browser.ts';
import { signIn } from '../support/start-test-broker.ts';
import type { ClientTable } from './client-table.ts';
import { inHome, type ClientWorld } from './client-world.ts';

/** Profile and the role that it must come to; one sign-in opens both. */
const ROLES = [
  ['Example-Production-Ec2Operator', /:assumed-role\/Ec2Operator\//],
  ['Example-Development-ReadOnly', /:assumed-role\/ReadOnly\//],
] as const;

export function describeGeneratedLogin(world: () => ClientWorld, table: ClientTable): void {
  it.each([
    ['a profile', ['--profile', 'Example-Production-Ec2Operator']],
    ['the session alone', ['--sso-session', 'daypass']],
  ] as const)(
    'signs in by %s, and out again without one',
    async (_name, chosen) => {
      const { broker, awsCli } = world();
      const browser = new HttpBrowser();
      await signIn(browser, broker, { person: 'erin.engel', connector: 'sandbox-saml' });
      const { body } = await ApiClient.ofBrowser(browser, broker.baseUrl).get<{ text: string }>(
        '/api/v1/aws-config',
      );
      await inHome(world(), async (home) => {
        await home.write('.aws/config', body.text);
        const aws = (...args: readonly string[]) => home.run({ program: awsCli, arguments: args });
        const login = home.start({
          program: awsCli,
          arguments: ['sso', 'login', '--use-device-code', '--no-browser', ...chosen],
        });
        const [address = ''] = await login.printed(/http:\/\/localhost\S+user_code=\S+/);
        await browser.submit(await browser.get(address), '/device', { decision: 'approve' });
        expect(await login.finished).toMatchObject({ status: 0, stderr: '' });
        for (const [profile, arn] of ROLES) {
          const answer = await aws('sts', 'get-caller-identity', '--profile', profile);
          expect(answer).toMatchObject({ status: 0, stdout: expect.stringMatching(arn) as unknown });
        }
        expect(await aws('sso', 'logout')).toEqual({ status: 0, stdout: '', stderr: '' });
        expect((await aws('sts', 'get-caller-identity', '--profile', ROLES[0][0])).status).not.toBe(0);
      });
      if (chosen[0] !== '--profile') return;
      table.add({
        client: world().awsCliVersion,
        way: '`aws sso login`, generated configuration',
        outcome: 'works',
        note: 'one sign-in for every profile in it',
      });
    },
    180_000,
  );
}
