/**
 * A program that writes until it is killed, and prints what was acknowledged: one line for each audit record,
 * after its promise resolved.
 */
import { writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { randomToken } from '../../src/lib/hash.ts';
import { openStores } from '../../src/stores/open-stores.ts';
import { MASTER_KEY, NOW, buildEvent, buildFlow, buildSession } from './store-fixtures.ts';

const [file = '', writerFile = ''] = process.argv.slice(2);
const IN_FLIGHT = 16;

const stores = await openStores({
  store: { kind: 'sqlite', file },
  node: 'node-1',
  masterKey: MASTER_KEY,
  writerFile: pathToFileURL(writerFile),
});

// Written at once and whole: a buffered line would be lost although it was acknowledged.
const acknowledge = (kind: string, id: string): void => {
  writeSync(1, `${kind} ${id}\n`);
};

async function signInAndRecord(): Promise<void> {
  const [flow, session] = [buildFlow(), buildSession()];
  await stores.signInFlows.create(flow);
  const event = buildEvent({ name: 'sign-in.completed', detail: { session: session.idHash } });
  await stores.signInSessions.create({ session, flowId: flow.id, spend: [], event });
  acknowledge('session', session.idHash);
  for (let count = 0; count < 20; count += 1) {
    const id = randomToken();
    await stores.audit.record(buildEvent({ at: NOW, detail: { id } }), {
      kind: 'sign-in-session',
      idHash: session.idHash,
    });
    acknowledge('record', id);
  }
}

acknowledge('ready', '-');
await Promise.all(
  Array.from({ length: IN_FLIGHT }, async () => {
    for (;;) await signInAndRecord();
  }),
);
