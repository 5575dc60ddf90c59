import type { SignInFlow, SignInFlowStore } from '../core/ports/stores.ts';
import { sha256Hex } from '../lib/hash.ts';
import type { Sealer } from '../lib/seal.ts';
import type { Database } from './database.ts';

type KeptFlow = Omit<SignInFlow, 'id' | 'expiresAt'>;

/** Flows are ended by `SignInSessionStore.create` or the sweep, never by being looked up. */
export function createSignInFlowStore(database: Database, sealer: Sealer): SignInFlowStore {
  const live = liveFlow(database);
  return {
    async create(flow) {
      const { id, expiresAt, ...kept } = flow;
      const idHash = sha256Hex(id);
      const row = {
        id_hash: idHash,
        flow: sealer.seal(JSON.stringify(kept), sealContext(idHash)),
        expires_at: expiresAt.getTime(),
      };
      const insert = database.templates.fill('begin-flow', row, (build, values) =>
        build.insertInto('sign_in_flows').values(values),
      );
      const result = await database.write([insert]);
      if (result.status !== 'committed') throw new Error('A sign-in flow with this id exists already.');
    },
    async find(id, now) {
      const idHash = sha256Hex(id);
      const [row] = await live(idHash, now.getTime());
      if (row === undefined) return undefined;
      const kept = keptFlow(sealer.open(row.flow, sealContext(idHash)));
      return { ...kept, id, expiresAt: new Date(row.expires_at) };
    },
  };
}

function liveFlow(database: Database) {
  return database.prepare(
    'live-sign-in-flow',
    database.build
      .selectFrom('sign_in_flows')
      .select(['flow', 'expires_at'])
      .where('id_hash', '=', '')
      .where('expires_at', '>', 0)
      .compile(),
  );
}

function keptFlow(text: string): KeptFlow {
  const { demand, ...kept } = JSON.parse(text) as Omit<KeptFlow, 'demand'> & {
    readonly demand?: { readonly after?: string; readonly contexts: readonly string[] };
  };
  if (demand === undefined) return kept;
  const { after, contexts } = demand;
  return { ...kept, demand: { contexts, ...(after === undefined ? {} : { after: new Date(after) }) } };
}

function sealContext(idHash: string): string {
  return `sign_in_flows/flow/${idHash}`;
}
