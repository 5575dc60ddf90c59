/**
 * STS's Query protocol over HTTP, with an answer that a test chooses. It checks nothing and remembers every
 * request: what was sent is the test's to look at.
 */
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeStsCall {
  readonly action: string;
  readonly parameters: URLSearchParams;
  readonly rawBody: string;
  readonly headers: IncomingHttpHeaders;
}

/** Undefined leaves the request without an answer; a function writes its own. */
export type FakeStsReply = FakeStsAnswer | ((response: ServerResponse) => void);

interface FakeStsAnswer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface FakeSts {
  readonly url: string;
  readonly calls: FakeStsCall[];
  /** Replaces the answer to every call until it is set again; undefined: the usual credentials. */
  reply: ((call: FakeStsCall) => FakeStsReply | undefined) | undefined;
  close(): Promise<void>;
}

export async function startFakeSts(): Promise<FakeSts> {
  const calls: FakeStsCall[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const rawBody = Buffer.concat(chunks).toString('utf8');
      const parameters = new URLSearchParams(rawBody);
      const action = parameters.get('Action') ?? '';
      const call = { action, parameters, rawBody, headers: request.headers };
      calls.push(call);
      send(response, fake.reply?.(call) ?? usualReply(call));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const fake: FakeSts = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    reply: undefined,
    close: () => stop(server),
  };
  return fake;
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

function send(response: ServerResponse, reply: FakeStsReply): void {
  if (typeof reply === 'function') reply(response);
  else response.writeHead(reply.status, { 'content-type': 'text/xml', ...reply.headers }).end(reply.body);
}

export interface StsValues {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: string;
  readonly arn: string;
  readonly sourceIdentity: string;
}

/** What STS answers to these parameters, but for what the test changes; an empty string leaves a member out. */
export function stsReply(call: FakeStsCall, changes: Partial<StsValues> = {}): FakeStsAnswer {
  const { parameters, action } = call;
  const seconds = Number(parameters.get('DurationSeconds') ?? '3600');
  const values: StsValues = {
    accessKeyId: 'ASIAFAKEFAKEFAKEFAKE',
    secretAccessKey: 'fake/Secret+Access/Key',
    sessionToken: `FakeSessionToken${'x'.repeat(64)}==`,
    expiration: new Date(Date.now() + seconds * 1_000).toISOString(),
    arn: sessionArn(call),
    sourceIdentity: parameters.get('SourceIdentity') ?? '',
    ...changes,
  };
  const user = action === 'GetFederationToken' ? 'FederatedUser' : 'AssumedRoleUser';
  return {
    status: 200,
    body: `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result><Credentials>${element('AccessKeyId', values.accessKeyId)}${element('SecretAccessKey', values.secretAccessKey)}${element('SessionToken', values.sessionToken)}${element('Expiration', values.expiration)}</Credentials>${values.arn === '' ? '' : `<${user}>${element('Arn', values.arn)}</${user}>`}${element('SourceIdentity', values.sourceIdentity)}</${action}Result><ResponseMetadata><RequestId>00000000-0000-4000-8000-000000000000</RequestId></ResponseMetadata></${action}Response>`,
  };
}

function usualReply(call: FakeStsCall): FakeStsReply {
  return stsReply(call, sourceIdentityOfProof(call));
}

/** The two unsigned operations carry the source identity inside their proof. */
function sourceIdentityOfProof({ parameters }: FakeStsCall): Partial<StsValues> {
  const assertion = Buffer.from(parameters.get('SAMLAssertion') ?? '', 'base64').toString('utf8');
  const attribute = /SourceIdentity"[^>]*><[\w:]*AttributeValue>([^<]+)</.exec(assertion)?.[1];
  const payload = parameters.get('WebIdentityToken')?.split('.')[1];
  const claims =
    payload === undefined
      ? {}
      : (JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Record<string, unknown>);
  const claim = claims['https://aws.amazon.com/source_identity'];
  const found = attribute ?? (typeof claim === 'string' ? claim : undefined);
  return found === undefined ? {} : { sourceIdentity: found };
}

function sessionArn({ action, parameters }: FakeStsCall): string {
  if (action === 'GetSessionToken') return '';
  if (action === 'GetFederationToken') {
    return `arn:aws:sts::111122223333:federated-user/${parameters.get('Name') ?? ''}`;
  }
  const [, partition, , , account, path] = (parameters.get('RoleArn') ?? '').split(':');
  const role = path?.slice(path.lastIndexOf('/') + 1) ?? '';
  const name = parameters.get('RoleSessionName') ?? samlSessionName(parameters);
  return `arn:${partition ?? ''}:sts::${account ?? ''}:assumed-role/${role}/${name}`;
}

function samlSessionName(parameters: URLSearchParams): string {
  const assertion = Buffer.from(parameters.get('SAMLAssertion') ?? '', 'base64').toString('utf8');
  return /RoleSessionName"[^>]*><[\w:]*AttributeValue>([^<]+)</.exec(assertion)?.[1] ?? '';
}

function element(name: string, value: string): string {
  return value === '' ? '' : `<${name}>${value}</${name}>`;
}

export function stsRefusal(
  code: string,
  message: string,
  options: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {},
): FakeStsReply {
  return {
    status: options.status ?? 400,
    headers: options.headers ?? {},
    body: `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>00000000-0000-4000-8000-000000000000</RequestId></ErrorResponse>`,
  };
}
