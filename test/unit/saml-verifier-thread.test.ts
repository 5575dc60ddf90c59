import { afterEach, describe, expect, it } from 'vitest';
import { VerifierThread } from '../../src/connectors/saml/verifier-thread.ts';
import type { ResponseToVerify } from '../../src/connectors/saml/verify-response.ts';

type Options = ConstructorParameters<typeof VerifierThread>[0];

/** A thread that does what the message's text says. */
const PROGRAM = `
import { parentPort, threadId } from 'node:worker_threads';
parentPort.on('message', ({ given: { xml } }) => {
  if (xml === 'hang') for (;;);
  if (xml === 'die') process.exit(3);
  if (xml === 'throw') throw new Error('a secret of the message');
  if (xml === 'fill') { const all = []; for (;;) all.push(new Array(1e6).fill(all.length)); }
  if (xml === 'refuse') parentPort.postMessage({ refused: 'saml.time', detail: 'too late' });
  else parentPort.postMessage({ found: { thread: threadId, xml } });
});
parentPort.postMessage('ready');
`;

describe('the thread that verifies SAML responses', () => {
  const open: VerifierThread[] = [];

  afterEach(async () => {
    await Promise.all(open.splice(0).map((thread) => thread.close()));
  });

  function start(options: Options = {}, program = PROGRAM): VerifierThread {
    const url = new URL(`data:text/javascript,${encodeURIComponent(program)}`);
    const thread = new VerifierThread({ program: url, ...options });
    open.push(thread);
    return thread;
  }

  const ask = (thread: VerifierThread, xml: string): Promise<unknown> =>
    thread.verify({ xml } as ResponseToVerify);

  it('gives each message its own answer, in turn', async () => {
    const thread = start();
    const answers = await Promise.all(['a', 'b', 'c'].map((xml) => ask(thread, xml)));
    expect(answers).toMatchObject([{ xml: 'a' }, { xml: 'b' }, { xml: 'c' }]);
    await expect(ask(thread, 'refuse')).rejects.toMatchObject({ code: 'saml.time', detail: 'too late' });
  });

  it.each(['hang', 'die', 'throw', 'fill'])(
    'S29: refuses a message that makes it %s, and goes on with the next in a new thread',
    async (xml) => {
      const thread = start({ deadlineMilliseconds: xml === 'hang' ? 300 : 20_000 });
      const first = (await ask(thread, 'a')) as { thread: number };
      const [bad, next] = await Promise.allSettled([ask(thread, xml), ask(thread, 'b')]);
      expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'saml.too_complex' } });
      expect(JSON.stringify(bad)).not.toContain('secret');
      expect(next).toMatchObject({ status: 'fulfilled', value: { xml: 'b' } });
      expect((next as { value: { thread: number } }).value.thread).not.toBe(first.thread);
    },
  );

  it('S29: lets only so many wait, and says when to come again', async () => {
    const thread = start({ maximumWaiting: 2, deadlineMilliseconds: 500 });
    await ask(thread, 'a');
    const running = ask(thread, 'hang').catch((error: unknown) => error);
    const waiting = [ask(thread, 'b'), ask(thread, 'c')];
    await expect(ask(thread, 'd')).rejects.toMatchObject({
      code: 'sign_in.busy',
      kind: 'unavailable',
      retryAfterSeconds: 2,
    });
    expect(await running).toMatchObject({ code: 'saml.too_complex' });
    expect(await Promise.all(waiting)).toMatchObject([{ xml: 'b' }, { xml: 'c' }]);
  });

  it('refuses everybody who waits when it is closed, and starts nothing any more', async () => {
    const thread = start();
    await ask(thread, 'a');
    const left = Promise.allSettled([ask(thread, 'hang'), ask(thread, 'b')]);
    await thread.close();
    for (const outcome of await left) expect(outcome).toMatchObject({ reason: { code: 'sign_in.busy' } });
    await expect(ask(thread, 'c')).rejects.toMatchObject({ code: 'sign_in.busy' });
  });

  it('tells a program that cannot start from a message that cannot be read', async () => {
    const thread = start({}, 'throw new Error("broken")');
    await expect(ask(thread, 'a')).rejects.toMatchObject({ code: 'internal' });
  });
});
