/** Which unmodified client works by which way: what the run has seen, and what docs/aws-clients.md says. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { ROOT_DIR } from '../support/start-test-broker.ts';

const PAGE = join(ROOT_DIR, 'docs/aws-clients.md');

export interface ClientRow {
  /** With its version, as it names itself. */
  readonly client: string;
  readonly way: string;
  readonly outcome: 'works' | 'fails';
  /** What is needed for it, or why it fails. */
  readonly note: string;
}

export class ClientTable {
  readonly #part: string;
  readonly #rows: ClientRow[] = [];

  /** @param part whose rows these are: the table stands between this part's marks in the page. */
  constructor(part: string) {
    this.#part = part;
  }

  /** To be called when the test has shown it, a failure too. */
  add(row: ClientRow): void {
    this.#rows.push(row);
  }

  get rows(): readonly ClientRow[] {
    return this.#rows;
  }

  async markdown(): Promise<string> {
    const lines = this.#rows.map(
      ({ client, way, outcome, note }) => `| ${client} | ${way} | ${outcome} | ${note} |`,
    );
    const table = ['| client | way | | what to know |', '| --- | --- | --- | --- |', ...lines].join('\n');
    return (await format(table, { parser: 'markdown', printWidth: 120 })).trim();
  }

  /** What the page has now. With `DAYPASS_WRITE_CLIENT_TABLE` set, it is written first. */
  async documented(): Promise<string> {
    const page = readFileSync(PAGE, 'utf8');
    const [begin, end] = [`<!-- clients: ${this.#part} -->\n\n`, `\n\n<!-- end of ${this.#part} -->`];
    const from = page.indexOf(begin) + begin.length;
    const to = page.indexOf(end);
    if (to < from) throw new Error(`${PAGE} has no part ${this.#part}`);
    if (process.env['DAYPASS_WRITE_CLIENT_TABLE'] === undefined) return page.slice(from, to);
    const table = await this.markdown();
    writeFileSync(PAGE, page.slice(0, from) + table + page.slice(to));
    return table;
  }
}
