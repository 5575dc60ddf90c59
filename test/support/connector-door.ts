/** A bare door around one connector: what the broker's own doors do with it, with flows in memory. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type { ConnectorEnvironment, ConnectorNotice } from '../../src/connectors/connector-environment.ts';
import { VerifierThread } from '../../src/connectors/saml/verifier-thread.ts';
import { publishesMetadata, takesUnsolicited, type Connector } from '../../src/connectors/connector.ts';
import { BrokerError } from '../../src/core/errors.ts';
import type { ServiceProviderKeys } from '../../src/core/ports/service-provider-keys.ts';
import type { SignInDemand, SignInFlow } from '../../src/core/ports/stores.ts';
import { randomToken } from '../../src/lib/hash.ts';
import { Secret } from '../../src/lib/secret.ts';
import { memoryServiceProviderKeys } from './service-provider-keys.ts';

export interface ConnectorDoor {
  readonly baseUrl: string;
  readonly connector: Connector;
  /** The service provider's, as the connector has them. */
  readonly keys: ServiceProviderKeys;
  /** Moves the clock that the connector sees, from now on. */
  shiftClock(milliseconds: number): void;
  /** Starts a sign-in. @returns where the browser is sent. */
  start(demand?: SignInDemand): Promise<URL>;
  /** Hands an answer in, as the browser would. */
  post(form: Readonly<Record<string, string>>): Promise<Outcome>;
  postRaw(body: string, contentType?: string): Promise<Outcome>;
  /** Hands in what nobody asked for. */
  postUnsolicited(form: Readonly<Record<string, string>>): Promise<Outcome>;
  callback(query: URLSearchParams | string): Promise<Outcome>;
  metadata(): Promise<string>;
  close(): Promise<void>;
}

/** `code` is a BrokerError's; `leak` stands for anything else that came out. */
export interface Outcome {
  readonly status: number;
  readonly code?: string;
  readonly detail?: string;
  readonly subject?: string;
  readonly displayName?: string;
  readonly email?: string;
  readonly groups?: readonly string[];
  readonly attributes?: readonly (readonly [string, readonly string[]])[];
  readonly authentication?: { readonly at: string; readonly contexts: readonly string[] };
  readonly providerSession?: string;
  readonly connectorState?: Readonly<Record<string, string>>;
  readonly spend?: readonly { readonly scope: string; readonly value: string; readonly expiresAt: string }[];
  readonly idToken?: string;
}

interface DoorOptions {
  readonly create: (environment: ConnectorEnvironment) => Connector;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly allowHttp?: boolean;
  /** Further routes, before the door's own. */
  readonly mount?: (app: express.Express, connector: Connector) => void;
  readonly report?: (notice: ConnectorNotice) => void;
}

/** One for all doors, and for as long as there are any: a thread's start takes longer than most tests. */
const samlVerifier = new VerifierThread();

export async function openConnectorDoor(options: DoorOptions): Promise<ConnectorDoor> {
  const app = express();
  const server = createServer(app);
  const baseUrl = await listen(server);
  const keys = memoryServiceProviderKeys();
  let offset = 0;
  const connector = options.create({
    baseUrl,
    clock: { now: () => new Date(Date.now() + offset) },
    allowHttp: options.allowHttp ?? true,
    keys,
    samlVerifier,
    secret: (name) => {
      const value = options.secrets?.[name];
      return value === undefined ? undefined : new Secret(value);
    },
    ...(options.report === undefined ? {} : { report: options.report }),
  });
  options.mount?.(app, connector);
  mount(app, connector);
  const outcomeOf = async (answer: globalThis.Response): Promise<Outcome> => ({
    ...((await answer.json()) as object),
    status: answer.status,
  });
  const postRaw = async (body: string, contentType = 'application/x-www-form-urlencoded'): Promise<Outcome> =>
    outcomeOf(
      await fetch(`${baseUrl}/answer`, { method: 'POST', body, headers: { 'content-type': contentType } }),
    );
  return {
    baseUrl,
    connector,
    keys,
    shiftClock: (milliseconds) => {
      offset += milliseconds;
    },
    start: async (demand) => {
      const query = demand === undefined ? '' : `?demand=${encodeURIComponent(JSON.stringify(demand))}`;
      const answer = await fetch(`${baseUrl}/start${query}`, { redirect: 'manual' });
      const location = answer.headers.get('location');
      if (location === null) throw new Error(`no redirect: ${answer.status} ${await answer.text()}`);
      return new URL(location);
    },
    post: async (form) => postRaw(new URLSearchParams(form).toString()),
    postRaw,
    postUnsolicited: async (form) => {
      const body = new URLSearchParams(form);
      return outcomeOf(await fetch(`${baseUrl}/unsolicited`, { method: 'POST', body }));
    },
    callback: async (query) => outcomeOf(await fetch(`${baseUrl}/answer?${query.toString()}`)),
    metadata: async () => (publishesMetadata(connector) ? connector.metadata() : ''),
    close: () => close(server),
  };
}

function mount(app: express.Express, connector: Connector): void {
  const flows = new Map<string, SignInFlow>();
  app.use(express.urlencoded({ extended: false, limit: '1mb', parameterLimit: 20 }));
  app.get('/start', async (request, response) => {
    const flow: SignInFlow = {
      id: randomToken(),
      browserHash: '',
      connectorId: connector.id,
      returnTo: '/',
      values: connector.newFlowValues(),
      ...demandIn(request),
      expiresAt: new Date(Date.now() + 600_000),
    };
    flows.set(flow.id, flow);
    await connector.start(request, response, flow);
  });
  app.post('/unsolicited', async (request, response) => {
    if (!takesUnsolicited(connector)) throw new BrokerError('request.not_found');
    const { identity, ...proven } = await connector.finishUnsolicited(request);
    response.json({ ...identity, attributes: [...identity.attributes], ...proven });
  });
  app.all('/answer', async (request, response) => {
    const flow = flows.get(connector.flowIdOf(request) ?? '');
    if (flow === undefined) throw new BrokerError(`${connector.kind}.no_flow`);
    const { identity, ...proven } = await connector.finish(request, flow);
    response.json({ ...identity, attributes: [...identity.attributes], ...proven });
  });
  const errors: express.ErrorRequestHandler = (error: unknown, _request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    if (error instanceof BrokerError) {
      response.status(400).json({ code: error.code, detail: error.detail });
    } else {
      response.status(500).json({ code: 'leak', detail: String(error) });
    }
  };
  app.use(errors);
}

function demandIn(request: express.Request): { readonly demand?: SignInDemand } {
  const text = request.query['demand'];
  if (typeof text !== 'string') return {};
  const { after, contexts } = JSON.parse(text) as { after?: string; contexts: readonly string[] };
  return { demand: { contexts, ...(after === undefined ? {} : { after: new Date(after) }) } };
}

export async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}
