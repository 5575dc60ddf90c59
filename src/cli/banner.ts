import type { Config } from '../config/config.ts';
import type { RunningSandbox } from '../sandbox/options.ts';

/** Whoever reads the console may set up an installation that nobody administers. */
export function invitation({
  config,
  firstRunCode,
}: {
  readonly config: Config;
  readonly firstRunCode: string | undefined;
}): string {
  if (firstRunCode === undefined) return '';
  return `
  Nobody administers this Daypass yet. Open ${config.baseUrl}/first-run within an hour and enter

    ${firstRunCode}

`;
}

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
    aws sts get-caller-identity --region us-east-1 --endpoint-url ${sandbox.awsUrl}

  Everything here is a sandbox on this machine: no real AWS account is touched. Stop with Ctrl-C.

`;
}
