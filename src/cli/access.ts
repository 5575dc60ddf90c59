/** `daypass access`: the catalogue of a running Daypass as a file. The file is read here, and judged there. */
import { writeFileSync } from 'node:fs';
import { readAccessFile } from '../config/load-access.ts';
import { printAccess } from '../config/print-access.ts';
import { printProblems } from '../config/problem.ts';
import type { Catalogue } from '../core/catalogue.ts';
import { adminApi, ApiRefusal, type AdminApi } from './admin-api.ts';
import type { Command, Terminal } from './command.ts';
import { IMPORT_OPTIONS, importAccess } from './import-access.ts';
import { isEmptyPlan, printChanges, printPlan } from './print-plan.ts';

const USAGE =
  'write: daypass access export [FILE], plan FILE, apply FILE --reason TEXT, or import KIND FILE…';

export const accessCommand: Command = {
  usage: 'access export [FILE] | plan FILE | apply FILE --reason TEXT | import KIND FILE…',
  summary: 'the catalogue of a running Daypass as a file',
  maximumArguments: 1_001,
  options: { reason: { type: 'string' }, 'fail-on-change': { type: 'boolean' }, ...IMPORT_OPTIONS },
  async run([verb = '', file, ...more], terminal, options) {
    if (verb === 'import') return importAccess([file, ...more], terminal, options);
    const run = VERBS.get(verb);
    if (run === undefined || more.length > 0 || (file === undefined && verb !== 'export'))
      return complain(terminal, USAGE);
    try {
      return await run({ api: adminApi(terminal.environment), terminal, options }, file ?? '');
    } catch (error) {
      if (!(error instanceof ApiRefusal)) throw error;
      return complain(terminal, error.message);
    }
  },
};

interface Run {
  readonly api: AdminApi;
  readonly terminal: Terminal;
  readonly options: Readonly<Record<string, unknown>>;
}

const VERBS: ReadonlyMap<string, (run: Run, file: string) => Promise<number>> = new Map([
  ['export', exportAccess],
  ['plan', planAccess],
  ['apply', applyAccess],
]);

async function exportAccess({ api, terminal }: Run, file: string): Promise<number> {
  const { catalogue, version } = await api.read();
  const text = printAccess(catalogue);
  if (file === '') terminal.print(text.trimEnd());
  else {
    writeFileSync(file, text);
    terminal.print(`${file}: version ${version}`);
  }
  return 0;
}

/** Exit code 2 with `--fail-on-change`: there is something to apply, or to look at, where nothing was expected. */
function planAccess({ api, terminal, options }: Run, file: string): Promise<number> {
  return withFile(terminal, file, async (catalogue) => {
    const plan = await api.plan(catalogue);
    terminal.print(printPlan(plan));
    return isEmptyPlan(plan) || options['fail-on-change'] !== true ? 0 : 2;
  });
}

/** The exit code of what was proposed and not applied. */
const WAITS = 3;

async function applyAccess({ api, terminal, options }: Run, file: string): Promise<number> {
  const { reason } = options;
  if (typeof reason !== 'string') return complain(terminal, 'say why: --reason TEXT');
  return withFile(terminal, file, async (catalogue) => {
    const plan = await api.plan(catalogue);
    terminal.print(printPlan(plan));
    if (isEmptyPlan(plan)) return 0;
    // Against the version that was planned: what somebody else changes meanwhile refuses it.
    const applied = await api.apply(catalogue, { version: plan.version, reason });
    if ('proposal' in applied) {
      const address = api.addressOf(applied.proposal.url);
      terminal.print(`not applied yet: it waits for somebody else’s approval at ${address}`);
      return WAITS;
    }
    terminal.print(`applied: version ${applied.version}, ${printChanges(applied)}`);
    return 0;
  });
}

async function withFile(
  terminal: Terminal,
  file: string,
  work: (catalogue: Catalogue) => Promise<number>,
): Promise<number> {
  const { catalogue, problems, locate } = readAccessFile(file);
  if (catalogue === undefined) return complain(terminal, printProblems(problems));
  try {
    return await work(catalogue);
  } catch (error) {
    if (!(error instanceof ApiRefusal) || error.problems.length === 0) throw error;
    return complain(
      terminal,
      printProblems(error.problems.map(({ path, message }) => locate(path, message))),
    );
  }
}

function complain(terminal: Terminal, why: string): number {
  terminal.complain(why);
  return 1;
}
