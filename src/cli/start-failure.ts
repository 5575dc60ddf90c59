/** Why the process cannot start: one clear line, or the list of a configuration's mistakes. Never a stack. */
import type { Config } from '../config/config.ts';
import { ConfigError } from '../config/problem.ts';
import { BrokerError } from '../core/errors.ts';

export function startFailure(error: unknown): string {
  return `Daypass cannot start: ${reasonOf(error)}`;
}

function reasonOf(error: unknown): string {
  if (error instanceof ConfigError) {
    const { problems, message } = error;
    return problems.length === 1
      ? message
      : `there are ${problems.length} mistakes in what it was told\n${message}`;
  }
  if (error instanceof BrokerError && error.code === 'catalogue.invalid') {
    return oneLine(
      `the catalogue in the store does not fit this configuration: ${error.detail ?? error.text}`,
    );
  }
  if (!(error instanceof Error)) return oneLine(String(error));
  const { code, path } = error as NodeJS.ErrnoException;
  return oneLine(
    code === undefined || path === undefined ? error.message : `${path} cannot be used (${code})`,
  );
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** An address that cannot be listened on. The message says which setting chose it. */
class ListenError extends Error {
  constructor(message: string, cause: unknown) {
    super(message, { cause });
    this.name = 'ListenError';
  }
}

/** Tells a listening socket's error in the words of the settings; any other error stays as it is. */
export function listenFailure(error: unknown, config: Config): unknown {
  if (!(error instanceof Error)) return error;
  const { code, syscall, port } = error as NodeJS.ErrnoException & { readonly port?: number };
  if (syscall !== 'listen' && syscall !== 'getaddrinfo') return error;
  const { variable, setting, host } = doorOf(config, port);
  const choose = `choose another with ${variable} (${setting} in the configuration file)`;
  if (code === 'EADDRINUSE') {
    return new ListenError(`port ${port ?? ''} is taken. Stop what uses it, or ${choose}.`, error);
  }
  if (code === 'EACCES') {
    return new ListenError(`this user may not listen on port ${port ?? ''}; ${choose}.`, error);
  }
  return new ListenError(
    `${host} is no address to listen on (${code ?? syscall}); check listen.host.`,
    error,
  );
}

interface Door {
  readonly variable: string;
  readonly setting: string;
  readonly host: string;
}

/** The three ports differ, so a port names its listener. */
function doorOf({ listen, sandbox }: Config, port: number | undefined): Door {
  if (sandbox !== undefined && port === sandbox.awsPort) {
    return { variable: 'DAYPASS_SANDBOX_AWS_PORT', setting: 'sandbox.awsPort', host: sandbox.host };
  }
  if (sandbox !== undefined && port === sandbox.identityProvidersPort) {
    return {
      variable: 'DAYPASS_SANDBOX_IDP_PORT',
      setting: 'sandbox.identityProvidersPort',
      host: sandbox.host,
    };
  }
  return { variable: 'DAYPASS_PORT', setting: 'listen.port', host: listen.host };
}
