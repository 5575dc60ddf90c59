/** The sandbox as a process of its own: start, say where to go, stop on a signal. */
import { whenNpmIsGone } from '../lib/npm-shell.ts';
import { OrganizationError } from './aws/organization/problem.ts';
import { organizationJsonSchema } from './aws/organization/organization-schema.ts';
import type { RunningSandbox } from './options.ts';
import { projectDirectory } from './project-directory.ts';
import { runBanner } from './run-banner.ts';
import { readRunOptions, RUN_HELP, type RunOptions } from './run-options.ts';
import { startSandbox } from './sandbox.ts';

async function main(): Promise<void> {
  const request = readRunOptions(process.argv.slice(2), process.env, process.cwd());
  if (request.kind === 'mistakes') return fail(`${request.mistakes.join('\n')}\nSee --help.`, 2);
  if (request.kind === 'print') {
    process.stdout.write(request.what === 'help' ? `${RUN_HELP}\n` : organizationJsonSchema());
    return;
  }
  let sandbox: RunningSandbox | undefined = undefined;
  let isTold = false;
  // Before the start: a process that is number 1 of its container ignores signals that nobody handles.
  const stop = (): void => {
    if (isTold) return;
    isTold = true;
    if (sandbox === undefined) process.exit(0);
    sandbox.close().then(
      () => process.exit(0),
      (error: unknown) => fail(`The sandbox did not stop cleanly: ${String(error)}`, 1),
    );
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
  whenNpmIsGone('sandbox', stop);
  sandbox = await start(request.options);
  process.stdout.write(runBanner(sandbox, request.options.dataDir));
}

function start(options: RunOptions): Promise<RunningSandbox> {
  const { organization, awsPort, identityProvidersPort, dataDir, brokerUrl } = options;
  return startSandbox({
    rootDir: projectDirectory(import.meta.url),
    dataDir,
    host: '127.0.0.1',
    brokerUrl,
    aws: { port: awsPort },
    identityProviders: { port: identityProvidersPort },
    ...(organization === undefined ? {} : { organization: { file: organization } }),
  });
}

function reasonOf(error: unknown): string {
  if (error instanceof OrganizationError) {
    return error.problems.length === 1 ? error.message : `its organization has mistakes\n${error.message}`;
  }
  if (!(error instanceof Error)) return String(error);
  const { code, port, path } = error as NodeJS.ErrnoException & { readonly port?: number };
  if (code === 'EADDRINUSE' && port !== undefined) {
    return `port ${port} is taken. Stop what uses it, or choose another with --aws-port or --identity-provider-port.`;
  }
  if (code !== undefined && path !== undefined) return `${path} cannot be used (${code})`;
  return error.message.replaceAll(/\s+/g, ' ');
}

function fail(why: string, code: number): never {
  process.stderr.write(`${why}\n`);
  process.exit(code);
}

await main().catch((error: unknown) => fail(`The sandbox cannot start: ${reasonOf(error)}`, 1));
