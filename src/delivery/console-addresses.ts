/** Where the console and its sign-in are, in each partition. */
import type { Partition } from '../core/catalogue.ts';
import { BrokerError } from '../core/errors.ts';

export interface ConsoleEndpoints {
  /** Replaces the federation endpoint, whole: a sandbox's. */
  readonly federation?: string;
  /** The console that belongs to it; its origin counts as the partition's. */
  readonly console?: string;
}

interface Hosts {
  readonly federation: string;
  /** The console's host; regions, services and sessions put labels before it. */
  readonly console: string;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_enable-console-custom-url.html */
const HOSTS: Readonly<Record<Partition, Hosts>> = {
  aws: { federation: 'https://signin.aws.amazon.com/federation', console: 'console.aws.amazon.com' },
  'aws-cn': { federation: 'https://signin.amazonaws.cn/federation', console: 'console.amazonaws.cn' },
  'aws-us-gov': {
    federation: 'https://signin.amazonaws-us-gov.com/federation',
    console: 'console.amazonaws-us-gov.com',
  },
  'aws-eusc': {
    federation: 'https://eusc-de-east-1.signin.amazonaws-eusc.eu/federation',
    console: 'console.amazonaws-eusc.eu',
  },
};

export function federationEndpointOf(partition: Partition, endpoints: ConsoleEndpoints): URL {
  return new URL(endpoints.federation ?? HOSTS[partition].federation);
}

/**
 * The page to land on. AWS sends the signed-in person wherever it says, so that it may only be a console.
 *
 * @throws BrokerError `console.destination`
 */
export function consoleDestination(
  wanted: string | undefined,
  partition: Partition,
  endpoints: ConsoleEndpoints,
): URL {
  const { console: host } = HOSTS[partition];
  const usual = endpoints.console ?? `https://${host}/console/home`;
  const page = wanted ?? usual;
  const destination = URL.canParse(page) ? new URL(page) : undefined;
  if (destination === undefined || !isConsole(destination, host, endpoints.console)) {
    throw new BrokerError('console.destination', { detail: `not a console page of ${partition}` });
  }
  return destination;
}

function isConsole(url: URL, host: string, configured: string | undefined): boolean {
  if (url.username !== '' || url.password !== '') return false;
  if (configured !== undefined && url.origin === new URL(configured).origin) return true;
  const isHost = url.hostname === host || url.hostname.endsWith(`.${host}`);
  return url.protocol === 'https:' && isHost && url.port === '';
}

/**
 * CSP sources that the console button's redirects pass: browsers apply `form-action` to every redirect that
 * answers a form. A sandbox's endpoints replace AWS's own.
 */
export function consoleFormTargets(endpoints: ConsoleEndpoints): readonly string[] {
  const configured = [endpoints.federation, endpoints.console].filter((url) => url !== undefined);
  const federations = Object.values(HOSTS).map(({ federation }) => new URL(federation).hostname);
  const consoles = Object.values(HOSTS).map((hosts) => hosts.console);
  const ofAws = [...federations, ...consoles].flatMap((host) => [`https://${host}`, `https://*.${host}`]);
  return configured.length === 2 ? [...new Set(configured.map((url) => new URL(url).origin))] : ofAws;
}
