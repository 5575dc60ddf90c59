/**
 * `/saml`: the browser brings an identity provider's response and gets a console session, by way of a page to
 * choose a role where several are offered. `/saml/acs/{id}` is the same for one IAM provider.
 */
import express, { Router, type Request, type RequestHandler, type Response } from 'express';
import { formOf } from '../../pages.ts';
import { CallRecord } from '../journal.ts';
import type { SessionClaims } from '../sts/sessions.ts';
import { readAwsRequest, type AwsRequest } from '../wire/aws-request.ts';
import { enterConsole, isSignedIn } from './browser-session.ts';
import { type ConsoleContext, keepPrivate } from './console-context.ts';
import { landingPath } from './destination.ts';
import { askToLogOut } from './must-log-out.ts';
import { rolesByAccount, RoleChoices } from './role-choices.ts';
import { assumeOffered, type PostedSignIn, readOffer } from './saml-assumption.ts';
import { invalidSamlResponse, refusalText } from './sign-in-refusal.ts';

/** Room for a response of 100,000 characters, of which each may be percent-encoded. */
const readResponseForm: RequestHandler = express.text({
  type: 'application/x-www-form-urlencoded',
  limit: '320kb',
});

const CHOICE_IS_GONE =
  'A role was chosen here before, or more than five minutes ago. Sign in at your identity provider again.';

/** One request of a sign-in, with its line in the journal. */
interface Visit {
  readonly context: ConsoleContext;
  readonly choices: RoleChoices;
  readonly request: Request;
  readonly response: Response;
  readonly awsRequest: AwsRequest;
  readonly record: CallRecord;
}

export function samlSignInRouter(context: ConsoleContext): Router {
  const choices = new RoleChoices(context.aws.now);
  const router = Router();
  const visited =
    (answer: (visit: Visit) => Promise<void>): RequestHandler =>
    async (request, response) => {
      keepPrivate(response);
      const visit = { context, choices, request, response, ...recorded(context, request) };
      await answer(visit).catch((error: unknown) => refuse(visit, error));
    };
  router.post(['/', '/acs/:id'], readResponseForm, visited(receive));
  router.post('/role', readResponseForm, visited(chooseRole));
  router.get(['/', '/acs/:id'], visited(refuseLink));
  return router;
}

function recorded({ aws }: ConsoleContext, request: Request): Pick<Visit, 'awsRequest' | 'record'> {
  const awsRequest = readAwsRequest(request, Buffer.alloc(0), aws.now());
  const record = new CallRecord(aws.journal, awsRequest);
  record.action = 'AssumeRoleWithSAML';
  record.region = 'us-east-1';
  return { awsRequest, record };
}

async function receive(visit: Visit): Promise<void> {
  const { context, request, response, choices, awsRequest } = visit;
  const posted = readPosted(context, request);
  const signIn = await readOffer(context.aws, posted, awsRequest.receivedAt);
  if (isSignedIn(context, request)) return askToLogOut(context, request, response);
  const [roleArn = '', ...more] = new Set(signIn.choices.map((choice) => choice.roleArn));
  if (more.length === 0) {
    enter(visit, posted, assumeOffered(context.aws, visit, signIn, roleArn));
    return;
  }
  const accounts = rolesByAccount(context.aws.world, [roleArn, ...more]);
  const page = { accounts, signIn: choices.wait(posted), sessionName: signIn.wanted.roleSessionName };
  await context.pages.render(response, 'console-choose-role', page);
}

/** A link here, or an identity provider that redirects instead of posting. */
function refuseLink(): Promise<never> {
  return Promise.reject(
    invalidSamlResponse('a response comes by POST, which SAML calls the HTTP-POST binding'),
  );
}

function readPosted({ awsUrl }: ConsoleContext, request: Request): PostedSignIn {
  const form = formOf(request);
  const { id } = request.params;
  return {
    samlResponse: form.get('SAMLResponse') ?? '',
    providerId: typeof id === 'string' ? id : undefined,
    // Whatever else an identity provider puts there leads to the console's first page, and never elsewhere.
    landingPath: landingPath(form.get('RelayState') ?? '', awsUrl) ?? '/console/home',
  };
}

async function chooseRole(visit: Visit): Promise<void> {
  const { context, request, response, choices, awsRequest } = visit;
  const form = formOf(request);
  const name = form.get('signIn') ?? '';
  const posted = choices.peek(name);
  if (posted !== undefined && isSignedIn(context, request)) return askToLogOut(context, request, response);
  // The response is verified again: it may have become too old while somebody was choosing.
  const signIn = posted && (await readOffer(context.aws, posted, awsRequest.receivedAt));
  // Looked at again, since of two answers at once the other may have been quicker.
  if (signIn === undefined || posted === undefined || choices.peek(name) === undefined) {
    return context.pages.refuse(response, 400, CHOICE_IS_GONE);
  }
  const claims = assumeOffered(context.aws, visit, signIn, form.get('roleIndex') ?? '');
  choices.spend(name);
  enter(visit, posted, claims);
}

function enter(
  { context, request, response, record }: Visit,
  posted: PostedSignIn,
  claims: SessionClaims,
): void {
  record.succeeded();
  enterConsole(context, request, response, {
    claims,
    durationSeconds: undefined,
    door: 'saml',
    issuer: undefined,
    landingPath: posted.landingPath,
  });
}

async function refuse({ context, response, record, awsRequest }: Visit, error: unknown): Promise<void> {
  const known = record.failed(error);
  const page = { ...refusalText(known, awsRequest.id), requestId: awsRequest.id };
  response.set('x-amzn-RequestId', awsRequest.id);
  await context.pages.render(response, 'console-sign-in-refused', page, { status: page.status });
}
