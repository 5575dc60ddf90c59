/** The whole broker on a real PostgreSQL server. */
import { describe, expect, it } from 'vitest';
import { ApiClient } from '../support/api-client.ts';
import { HttpBrowser } from '../support/http-browser.ts';
import { createTestDatabase } from '../support/postgres-database.ts';
import { callerIdentity } from '../support/sandbox-aws.ts';
import { signIn, startTestBroker } from '../support/start-test-broker.ts';

export function describeBrokerOnPostgres(serverUrl: string): void {
  describe('the broker on PostgreSQL', () => {
    it('signs in, hands out credentials, remembers all of it over a restart, and chains its record', async () => {
      const database = await createTestDatabase(serverUrl);
      const broker = await startTestBroker({ settings: { store: database.url.reveal() } });
      try {
        const browser = new HttpBrowser();
        await signIn(browser, broker, { person: 'erin.engel', connector: 'sandbox-saml' });
        const erin = ApiClient.ofBrowser(browser, broker.baseUrl);
        const first = await erin.credentials('development-developer');
        expect(first.status).toBe(200);
        expect((await callerIdentity(broker.awsUrl, first.body)).Arn).toContain(
          ':assumed-role/Developer/erin.engel-',
        );

        await broker.restart();
        const second = await erin.credentials('development-developer');
        expect(second.status).toBe(200);
        await browser.post(`${broker.baseUrl}/sign-out`, {});
        expect((await erin.credentials('development-developer')).status).toBe(401);

        const names = (await database.sql('select name from audit_events order by sequence')).map(
          ({ name }) => name,
        );
        expect(names.filter((name) => name === 'credentials.issued')).toHaveLength(2);
        expect(names.at(-1)).toBe('sign-out.completed');
        await broker.whileDown(async (stores) => {
          expect(await stores.audit.verify()).toEqual({ rows: names.length, firstBadSequence: undefined });
        });
      } finally {
        await broker.close();
        await database.drop();
      }
    });
  });
}
