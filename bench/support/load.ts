import { Pool } from 'undici';

export interface Load {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Sent in turn in place of `body`, each with headers of its own. */
  readonly calls?: readonly SignedBody[];
  readonly requests: number;
  readonly concurrency: number;
}

export interface SignedBody {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface LoadResult {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** So many requests over keep-alive connections; any answer but 200 ends the measurement. */
export async function runLoad(load: Load): Promise<LoadResult> {
  const url = new URL(load.url);
  const pool = new Pool(url.origin, { connections: load.concurrency });
  const times: number[] = [];
  let left = load.requests;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const startedAt = performance.now();
      const { headers, body } = load.calls?.[left % load.calls.length] ?? load;
      const answer = await pool.request({
        path: url.pathname + url.search,
        method: load.method,
        headers: { ...headers },
        ...(body === undefined ? {} : { body }),
      });
      const text = await answer.body.text();
      if (answer.statusCode !== 200)
        throw new Error(`${load.url} answered ${answer.statusCode}: ${text.slice(0, 300)}`);
      times.push(performance.now() - startedAt);
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: load.concurrency }, worker));
  const seconds = (performance.now() - startedAt) / 1_000;
  await pool.close();
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.floor(times.length * share)] ?? 0;
  return { perSecond: load.requests / seconds, p50Ms: at(0.5), p99Ms: at(0.99) };
}
