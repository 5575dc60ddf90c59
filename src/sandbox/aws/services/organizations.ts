import { AwsError } from '../wire/aws-error.ts';
import { type AwsRequest, headerOf } from '../wire/aws-request.ts';
import type { AwsState } from '../aws-state.ts';
import { denialText } from '../access/denial-text.ts';
import type { CallRecord } from '../journal.ts';
import type { Account } from '../organization/account.ts';
import type { WireAnswer } from '../wire/query-protocol.ts';
import {
  ask,
  byBytes,
  openCall,
  pageOf,
  pageToken,
  readPageToken,
  type ServiceCall,
} from './service-call.ts';

/*
 * The organization itself, as its management account may see it, by the JSON protocol.
 * https://docs.aws.amazon.com/organizations/latest/APIReference/Welcome.html
 */

const TARGET = 'AWSOrganizationsV20161128.';
/** One endpoint for all regions. */
const REGION = 'us-east-1';
const JOINED = new Date('2026-11-01T00:00:00Z').getTime() / 1000;
const MAX_RESULTS = 20;

interface OrganizationsCall extends ServiceCall {
  readonly input: Readonly<Record<string, unknown>>;
}

const ACTIONS: ReadonlyMap<string, (call: OrganizationsCall) => object> = new Map([
  ['ListAccounts', listAccounts],
  ['DescribeOrganization', describeOrganization],
]);

export function createOrganizations(aws: AwsState): (request: AwsRequest, record: CallRecord) => WireAnswer {
  return (request, record) => {
    record.service = 'organizations';
    try {
      const target = headerOf(request, 'x-amz-target') ?? '';
      const name = target.startsWith(TARGET) ? target.slice(TARGET.length) : '';
      record.action = name.slice(0, 128);
      const action = ACTIONS.get(name);
      if (action === undefined) throw new AwsError('UnknownOperationException', '', 400);
      const call = authenticated(aws, request, record);
      const result = action({ ...call, input: readInput(request) });
      record.succeeded();
      return { status: 200, contentType: JSON_TYPE, body: JSON.stringify(result) };
    } catch (error) {
      return organizationsError(request, record.failed(error));
    }
  };
}

const JSON_TYPE = 'application/x-amz-json-1.1';

/** The JSON protocol has names of its own for what is wrong with credentials, and one status for all. */
const JSON_CODES: Readonly<Record<string, string>> = {
  InvalidClientTokenId: 'UnrecognizedClientException',
  MissingAuthenticationToken: 'MissingAuthenticationTokenException',
  IncompleteSignature: 'IncompleteSignatureException',
  SignatureDoesNotMatch: 'InvalidSignatureException',
  ExpiredToken: 'ExpiredTokenException',
};

function authenticated(aws: AwsState, request: AwsRequest, record: CallRecord): ServiceCall {
  try {
    const call = openCall(aws, request, 'organizations', record);
    if (call.region === REGION) return call;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const { code, message, status } = error;
    throw new AwsError(JSON_CODES[code] ?? code, message, status < 500 ? 400 : status, error.detail);
  }
  throw new AwsError('InvalidSignatureException', 'Credential should be scoped to a valid region. ', 400);
}

function readInput(request: AwsRequest): Readonly<Record<string, unknown>> {
  const text = request.body.toString('utf8');
  try {
    const input: unknown = text === '' ? {} : JSON.parse(text);
    if (typeof input === 'object' && input !== null && !Array.isArray(input)) return { ...input };
  } catch {
    // Said below: what a parser makes of it is nobody's business.
  }
  throw new AwsError('SerializationException', 'The request body is no JSON object.', 400);
}

/** https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html */
function listAccounts(call: OrganizationsCall): object {
  const { MaxResults: size = MAX_RESULTS, NextToken: token } = call.input;
  if (typeof size !== 'number' || !Number.isInteger(size) || size < 1 || size > MAX_RESULTS) {
    throw invalidInput('You provided a value for MaxResults that is not between 1 and 20.');
  }
  const after = typeof token === 'string' ? readPageToken(token) : undefined;
  if (token !== undefined && after === undefined) {
    throw invalidInput('You provided an invalid NextToken.');
  }
  requireManagement(call, 'organizations:ListAccounts');
  const members = membersOf(call);
  const { items, next } = pageOf(members, ({ id }) => id, { after, size });
  return {
    Accounts: items.map((account) => describeAccount(account, managementOf(members))),
    ...(next === undefined ? {} : { NextToken: pageToken(next) }),
  };
}

/** https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeOrganization.html */
function describeOrganization(call: OrganizationsCall): object {
  requireAllowed(call, 'organizations:DescribeOrganization');
  const id = organizationOf(call);
  const management = managementOf(membersOf(call));
  return {
    Organization: {
      Id: id,
      Arn: `arn:aws:organizations::${management.id}:organization/${id}`,
      FeatureSet: 'ALL',
      MasterAccountId: management.id,
      MasterAccountArn: accountArn(management, management),
      MasterAccountEmail: emailOf(management),
    },
  };
}

function describeAccount(account: Account, management: Account): object {
  return {
    Id: account.id,
    Arn: accountArn(account, management),
    Email: emailOf(account),
    Name: account.name,
    Status: 'ACTIVE',
    State: 'ACTIVE',
    JoinedMethod: account === management ? 'INVITED' : 'CREATED',
    JoinedTimestamp: JOINED,
  };
}

function accountArn({ id, organizationId = '' }: Account, management: Account): string {
  return `arn:aws:organizations::${management.id}:account/${organizationId}/${id}`;
}

function emailOf({ alias, id }: Account): string {
  return `${alias ?? id}@example.com`;
}

function membersOf(call: OrganizationsCall): readonly Account[] {
  const organizationId = organizationOf(call);
  return call.aws.world.accounts
    .filter((account) => account.organizationId === organizationId)
    .sort((a, b) => byBytes(a.id, b.id));
}

/** Where no account is marked, nobody manages but the first. */
function managementOf(members: readonly Account[]): Account {
  const found = members.find(({ isManagementAccount }) => isManagementAccount) ?? members[0];
  if (found === undefined) throw notInUse();
  return found;
}

function organizationOf({ caller }: OrganizationsCall): string {
  if (caller.account.organizationId === undefined) throw notInUse();
  return caller.account.organizationId;
}

/** Members of the organization may not see each other, whatever their own policies say. */
function requireManagement(call: OrganizationsCall, action: string): void {
  requireAllowed(call, action);
  if (call.caller.account.id === managementOf(membersOf(call)).id) return;
  throw new AwsError(
    'AccessDeniedException',
    "You don't have permissions to access this resource.",
    400,
    "only the organization's management account may call this",
  );
}

function requireAllowed(call: OrganizationsCall, action: string): void {
  const decision = ask(call, { action, resource: '*' });
  if (decision.allowed) return;
  throw new AwsError(
    'AccessDeniedException',
    `User: ${call.caller.arn} is not authorized to perform: ${action} on resource: * ${denialText(action, decision.reason)}`,
    400,
  );
}

function notInUse(): AwsError {
  return new AwsError(
    'AWSOrganizationsNotInUseException',
    'Your account is not a member of an organization.',
    400,
  );
}

function invalidInput(message: string): AwsError {
  return new AwsError('InvalidInputException', message, 400);
}

export function organizationsError(request: AwsRequest, error: AwsError): WireAnswer {
  return {
    status: error.status,
    contentType: JSON_TYPE,
    body: JSON.stringify({
      __type: error.code,
      ...(error.message === '' ? {} : { Message: error.message }),
    }),
    headers: { 'x-amzn-ErrorType': error.code, 'x-amzn-RequestId': request.id },
  };
}
