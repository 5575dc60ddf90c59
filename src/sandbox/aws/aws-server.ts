import express, { type Express, type NextFunction, type Request, type Response, type Router } from 'express';
import { AwsError } from './wire/aws-error.ts';
import { type AwsRequest, readAwsRequest } from './wire/aws-request.ts';
import { createAwsServices } from './aws-services.ts';
import type { AwsState } from './aws-state.ts';
import { DocumentFetcher } from './sts/document-fetcher.ts';
import { Ec2Instances } from './services/ec2-instances.ts';
import { exampleWorld } from './organization/example-world.ts';
import { CallRecord, Journal } from './journal.ts';
import { MfaDevices } from './sts/mfa-devices.ts';
import { stsError, type WireAnswer } from './wire/query-protocol.ts';
import { SamlMetadata } from './sts/saml/saml-metadata.ts';
import { sandboxControls } from './sandbox-controls.ts';
import { loadSandboxKey, type SandboxKey } from './sandbox-key.ts';
import { Sessions } from './sts/sessions.ts';
import { claimedService } from './wire/signature-v4.ts';
import { claimsSignature } from './wire/signed-request.ts';
import { WebIdentityKeys } from './sts/web-identity/web-identity-keys.ts';
import { World } from './organization/world.ts';
import type { WorldData } from './organization/world-data.ts';

/*
 * The sandbox's AWS: every service on one port, told apart by what the signature is for. It owns the
 * services; the pages that people see on this port (federation, console) are given to it.
 */

export interface SandboxAwsOptions {
  /** The sandbox's key is kept in `{dataDir}/sandbox`. */
  readonly dataDir: string;
  /** Origins: this server's, the broker's, the people's identity providers'. */
  readonly awsUrl: string;
  readonly brokerUrl: string;
  readonly identityProvidersUrl: string;
  /** Another organization than the example. */
  readonly world?: (key: SandboxKey) => WorldData;
  /** Pages for browsers on the same port; they never see a call to a service. */
  readonly pages?: (aws: SandboxAws) => Router;
  readonly now?: () => Date;
}

export interface SandboxAws extends AwsState {
  readonly journal: Journal;
  readonly instances: Ec2Instances;
  readonly now: () => Date;
  close(): Promise<void>;
}

export interface RunnableSandboxAws extends SandboxAws {
  readonly app: Express;
}

const MAX_BODY = '512kb';

export async function createSandboxAws(options: SandboxAwsOptions): Promise<RunnableSandboxAws> {
  const key = await loadSandboxKey(options.dataDir);
  const now = options.now ?? (() => new Date());
  const fetcher = new DocumentFetcher();
  const aws: SandboxAws = {
    world: new World(options.world?.(key) ?? exampleWorld(key, options)),
    sessions: new Sessions(key),
    mfaDevices: new MfaDevices(),
    samlMetadata: new SamlMetadata(fetcher, now),
    webIdentityKeys: new WebIdentityKeys(fetcher, now),
    samlEndpoint: `${options.awsUrl}/saml`,
    journal: new Journal(),
    instances: new Ec2Instances(),
    now,
    close: () => fetcher.close(),
  };
  return { ...aws, app: buildApp(aws, options.pages) };
}

function buildApp(aws: SandboxAws, pages: SandboxAwsOptions['pages']): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(answerServices(aws));
  app.use('/_sandbox', sandboxControls({ aws, journal: aws.journal }, aws.now));
  if (pages !== undefined) app.use(pages(aws));
  // As on the real one.
  app.get('/', (_request, response) => response.redirect(302, 'https://aws.amazon.com/iam'));
  app.use((request, response) => {
    const missing = new AwsError(
      'MissingAuthenticationToken',
      'Request is missing Authentication Token',
      403,
    );
    send(request, response, missing);
  });
  app.use((error: unknown, request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) next(error);
    else send(request, response, transportError(error));
  });
  return app;

  function send(request: Request, response: Response, error: AwsError): void {
    const read = readAwsRequest(request, Buffer.alloc(0), aws.now());
    answer(response, read, stsError(read, error));
  }
}

/** Calls to services leave the pipeline here; everything else goes on to the pages. */
function answerServices(aws: SandboxAws): express.RequestHandler {
  const serviceFor = createAwsServices(aws);
  // A signature covers the bytes: nothing may parse the body before it is checked.
  const readBody: express.RequestHandler = express.raw({ type: () => true, limit: MAX_BODY, inflate: false });
  return (request: Request, response: Response, next: NextFunction) => {
    const head = readAwsRequest(request, Buffer.alloc(0), aws.now());
    if (!isServiceCall(head)) {
      next();
      return;
    }
    readBody(request, response, (error: unknown) => {
      if (error !== undefined) {
        next(error);
        return;
      }
      const body: unknown = request.body;
      const call = { ...head, body: Buffer.isBuffer(body) ? body : Buffer.alloc(0) };
      const record = new CallRecord(aws.journal, call);
      const service = serviceFor(claimedService(call));
      Promise.resolve(service.answer(call, record)).then((wire) => answer(response, call, wire), next);
    });
  };
}

function isServiceCall(request: AwsRequest): boolean {
  if (claimsSignature(request)) return true;
  return request.path === '/' && (request.method === 'POST' || /(^|&)Action=/.test(request.query));
}

function answer(response: Response, request: AwsRequest, { status, contentType, body }: WireAnswer): void {
  response
    .status(status)
    .set({
      'Content-Type': contentType,
      'x-amzn-RequestId': request.id,
      'x-amz-request-id': request.id,
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-store',
    })
    .end(body);
}

/** The body was too large, compressed, cut off. What the framework says of it is a 4xx, or it is our fault. */
function transportError(error: unknown): AwsError {
  const status = error instanceof Error && 'status' in error ? error.status : 500;
  if (status === 413)
    return new AwsError('RequestEntityTooLarge', `The request is larger than ${MAX_BODY}.`, 413);
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new AwsError('MalformedInput', 'The request body cannot be read.', status);
  }
  return new AwsError(
    'InternalFailure',
    'The request processing has failed because of an unknown error.',
    500,
  );
}
