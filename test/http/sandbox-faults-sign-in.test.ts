import { Router } from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formOf, readForm } from '../../src/sandbox/pages.ts';
import { PRODUCTION, startSandboxAws, type TestSandboxAws, TOOLS } from '../support/start-sandbox-aws.ts';

describe('faults of the console’s federation endpoint', () => {
  /** In the place of the pages: says what it got. */
  let own: TestSandboxAws;
  beforeAll(async () => {
    const pages = Router();
    pages.all('/federation', readForm, (request, response) => {
      response.send(`got ${request.method} ${formOf(request).get('Action') ?? 'by address'}`);
    });
    own = await startSandboxAws({ pages: () => pages });
  });
  afterAll(() => own.close());

  const session = () => JSON.stringify({ sessionId: own.keyOf(TOOLS, 'tools').accessKeyId });
  const ask = async (method: 'GET' | 'POST', Session = session()) => {
    const parameters = new URLSearchParams({ Action: 'getSigninToken', Session });
    const response =
      method === 'GET'
        ? await fetch(`${own.url}/federation?${parameters.toString()}`)
        : await fetch(`${own.url}/federation`, { method, body: parameters });
    return { status: response.status, text: await response.text() };
  };

  it('strike by action and account, by address and by form', async () => {
    const whom = { service: 'signin', action: 'getSigninToken', accountId: TOOLS } as const;
    for (const method of ['GET', 'POST'] as const) {
      own.aws.faults.replace([{ ...whom, fault: 'unavailable', times: 1 }]);
      expect(await ask(method)).toMatchObject({ status: 503 });
    }
    expect(own.aws.journal.entries().at(-1)).toMatchObject({ service: 'signin', action: 'getSigninToken' });
  });

  it('leave what they do not strike as it came', async () => {
    own.aws.faults.replace([{ service: 'signin', accountId: PRODUCTION, fault: 'reset' }]);
    expect(await ask('POST')).toEqual({ status: 200, text: 'got POST getSigninToken' });
    expect(await ask('GET')).toEqual({ status: 200, text: 'got GET by address' });
    expect(await ask('POST', '{')).toMatchObject({ status: 200 });
  });
});
