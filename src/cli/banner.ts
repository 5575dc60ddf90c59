import type { Config } from '../config/config.ts';
import { ConfigError } from '../config/problem.ts';
import type { RunningSandbox } from '../sandbox/options.ts';

/** What a terminal shows once everything listens: where to go, who one can be, what to try. */
export function banner(config: Config, sandbox: RunningSandbox | undefined): string {
  if (sandbox === undefined) return `Daypass is ready at ${config.baseUrl}\n`;
  const people = sandbox.people.map(({ name, what }) => `    ${name.padEnd(14)} ${what}`);
  return `
  Daypass is ready: open ${config.baseUrl}

  Sign in as any of these, by SAML or by OpenID Connect; there are no passwords in the sandbox:
${people.join('\n')}

  The sandbox AWS         ${sandbox.awsUrl}  (accounts, roles, MFA codes, its journal)
  The identity providers  ${sandbox.identityProvidersUrl}
  Data is kept in         ${config.dataDir}

  Try: open a console, copy credentials into another terminal and run
    aws sts get-caller-identity --endpoint-url ${sandbox.awsUrl}

  Everything here is a sandbox on this machine: no real AWS account is touched. Stop with Ctrl-C.

`;
}

/** Why the process cannot start: one clear line, or the list of a configuration's mistakes. */
export function startFailure(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (!(error instanceof Error)) return `Daypass cannot start: ${String(error)}`;
  const { code, port, path } = error as NodeJS.ErrnoException & { readonly port?: number };
  if (code === 'EADDRINUSE') {
    return `Daypass cannot start: port ${port ?? ''} is taken. Stop what uses it, or set DAYPASS_PORT, DAYPASS_SANDBOX_AWS_PORT or DAYPASS_SANDBOX_IDP_PORT.`;
  }
  if (code === 'EACCES' && port !== undefined)
    return `Daypass cannot start: no permission to listen on port ${port}.`;
  if (code !== undefined && path !== undefined)
    return `Daypass cannot start: ${path} cannot be written (${code}).`;
  return `Daypass cannot start: ${error.message}`;
}
