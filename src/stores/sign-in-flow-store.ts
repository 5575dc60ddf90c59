import type { SignInFlow, SignInFlowStore } from '../core/ports/stores.ts';
import { sha256Hex } from '../lib/hash.ts';
import type { Sealer } from '../lib/seal.ts';
import { statement } from './database.ts';
import type { Database } from './database.ts';

type KeptFlow = Omit<SignInFlow, 'id' | 'expiresAt'>;

/** Flows are ended by `SignInSessionStore.create` or the sweep, never by being looked up. */
export function createSignInFlowStore(database: Database, sealer: Sealer): SignInFlowStore {
  return {
    async create(flow) {
      const { id, expiresAt, ...kept } = flow;
      const idHash = sha256Hex(id);
      const insert = database.build.insertInto('sign_in_flows').values({
        id_hash: idHash,
        flow: sealer.seal(JSON.stringify(kept), sealContext(idHash)),
        expires_at: expiresAt.getTime(),
      });
      const result = await database.write([statement(insert)]);
      if (result.status !== 'committed') throw new Error('A sign-in flow with this id exists already.');
    },
    async find(id, now) {
      const idHash = sha256Hex(id);
      const row = await database.read((db) =>
        db
          .selectFrom('sign_in_flows')
          .select(['flow', 'expires_at'])
          .where('id_hash', '=', idHash)
          .where('expires_at', '>', now.getTime())
          .executeTakeFirst(),
      );
      if (row === undefined) return undefined;
      const kept = keptFlow(sealer.open(row.flow, sealContext(idHash)));
      return { ...kept, id, expiresAt: new Date(row.expires_at) };
    },
  };
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
