import express, { type Express, type NextFunction, type Request, type Response, type Router } from 'express';
import { AwsError } from './wire/aws-error.ts';
import { readAwsRequest } from './wire/aws-request.ts';
import type { AwsState } from './aws-state.ts';
import { AuthorizationMessages } from './sts/authorization-messages.ts';
import { DocumentFetcher } from './sts/document-fetcher.ts';
import { explainControls } from './explain/explain-controls.ts';
import { faultControls } from './faults/fault-controls.ts';
import { Faults } from './faults/faults.ts';
import { ownNameOnly, ownPagesOnly } from './own-pages-only.ts';
import { strikeSignIn } from './faults/strike-sign-in.ts';
import { SandboxClock } from './faults/sandbox-clock.ts';
import { answerServices, send as sendAnswer, transportError } from './service-door.ts';
import { Ec2Instances } from './services/ec2-instances.ts';
import { openOrganization, type OrganizationSource } from './organization/open-organization.ts';
import { organizationApi } from './organization/organization-api.ts';
import { Organization } from './organization/organization.ts';
import { Journal } from './journal.ts';
import { MfaDevices } from './sts/mfa-devices.ts';
import { stsError } from './wire/query-protocol.ts';
import { SamlMetadata } from './sts/saml/saml-metadata.ts';
import { sandboxControls } from './sandbox-controls.ts';
import { loadSandboxKey, type SandboxKey } from './sandbox-key.ts';
import { Sessions } from './sts/sessions.ts';
import { WebIdentityKeys } from './sts/web-identity/web-identity-keys.ts';
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
  readonly organization: OrganizationSource;
  /** An organization that code makes, in place of the other. */
  readonly world?: (key: SandboxKey) => WorldData;
  /** Pages for browsers on the same port; they never see a call to a service. */
  readonly pages?: (aws: SandboxAws) => Router;
  readonly now?: () => Date;
}

export interface SandboxAws extends AwsState {
  readonly organization: Organization;
  readonly journal: Journal;
  readonly instances: Ec2Instances;
  readonly faults: Faults;
  readonly clock: SandboxClock;
  readonly now: () => Date;
  close(): Promise<void>;
}

export interface RunnableSandboxAws extends SandboxAws {
  readonly app: Express;
}

export async function createSandboxAws(options: SandboxAwsOptions): Promise<RunnableSandboxAws> {
  const key = await loadSandboxKey(options.dataDir);
  const clock = new SandboxClock(options.now ?? (() => new Date()));
  const now = () => clock.now();
  const faults = new Faults();
  const fetcher = new DocumentFetcher();
  const { awsUrl, brokerUrl, identityProvidersUrl } = options;
  const around = { key, origins: { awsUrl, brokerUrl, identityProvidersUrl } };
  const organization =
    options.world === undefined
      ? openOrganization(options.organization, around)
      : Organization.fromData(options.world(key), around);
  const aws: SandboxAws = {
    organization,
    world: organization.world,
    sessions: new Sessions(key),
    authorizationMessages: new AuthorizationMessages(key),
    mfaDevices: new MfaDevices(),
    samlMetadata: new SamlMetadata(fetcher, now),
    webIdentityKeys: new WebIdentityKeys(fetcher, now),
    samlEndpoint: `${options.awsUrl}/saml`,
    journal: new Journal(),
    instances: new Ec2Instances(),
    clock,
    faults,
    now,
    close: () => {
      faults.close();
      return fetcher.close();
    },
  };
  return { ...aws, app: buildApp(aws, options) };
}

function buildApp(aws: SandboxAws, { pages, awsUrl }: SandboxAwsOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(answerServices(aws));
  app.use('/_sandbox', ownPagesOnly(awsUrl), faultControls(aws));
  app.use('/_sandbox/organization', organizationApi(aws.organization));
  app.use('/_sandbox', explainControls(aws));
  app.use('/_sandbox', sandboxControls({ aws, journal: aws.journal }, aws.now));
  app.use('/federation', strikeSignIn(aws));
  app.get(['/', '/explain/:requestId'], ownNameOnly(awsUrl));
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
    sendAnswer(response, read, stsError(read, error));
  }
}
