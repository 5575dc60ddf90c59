/** The organization as the rows change it, and what IAM would say to a change that is refused. */
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { type Credentials, credentialsIn, TOOLS, type TestSandboxAws } from '../support/start-sandbox-aws.ts';
import { type Answer, told } from './ask.ts';

export const userArn = (name: string): string => `arn:aws:iam::${TOOLS}:user/${name}`;
export const roleArn = (name: string): string => `arn:aws:iam::${TOOLS}:role/${name}`;

export function trusting(...principals: readonly string[]): object {
  return {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: principals }, Action: 'sts:AssumeRole' }],
  };
}

export function allowing(action: string): object {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] };
}

/** A document of about so many characters, as IAM counts them. */
export function documentOfLength(length: number): object {
  const Resource = `arn:aws:s3:::${'x'.repeat(length - 100)}`;
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource }] };
}

export function trustOfLength(length: number): object {
  const Condition = { StringEquals: { 'sts:ExternalId': 'x'.repeat(length - 200) } };
  return {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole', Condition }],
  };
}

interface Refusal {
  readonly problems: readonly {
    readonly code?: string;
    readonly status?: number;
    readonly message: string;
  }[];
}

/** Creates or changes an entry of the first account; of what is refused, the error that IAM has for it. */
export async function put(sandbox: TestSandboxAws, entry: string, content: object): Promise<Answer> {
  const response = await fetch(`${sandbox.url}/_sandbox/organization/accounts/${TOOLS}/${entry}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(content),
  });
  const result = (await response.json()) as object;
  if (response.ok) return { status: 200, code: 'Success', message: '', result };
  const { problems } = result as Refusal;
  const [first] = problems;
  if (problems.length !== 1 || first === undefined)
    throw new Error(`not one problem: ${JSON.stringify(problems)}`);
  return { status: first.status, code: first.code ?? '', message: first.message, result };
}

/** As `put`, for what a row needs and does not ask. */
export async function make(sandbox: TestSandboxAws, entry: string, content: object): Promise<void> {
  const { code, message } = await put(sandbox, entry, content);
  if (code !== 'Success') throw new Error(`${entry}: ${message}`);
}

export async function remove(sandbox: TestSandboxAws, entry: string): Promise<void> {
  const response = await fetch(`${sandbox.url}/_sandbox/organization/accounts/${TOOLS}/${entry}`, {
    method: 'DELETE',
  });
  if (response.status !== 204) throw new Error(`${entry} was not removed: ${await response.text()}`);
}

export async function again(sandbox: TestSandboxAws, entry: string, content: object): Promise<void> {
  await remove(sandbox, entry);
  await make(sandbox, entry, content);
}

export function assume(sandbox: TestSandboxAws, credentials: Credentials, role: string): Promise<Answer> {
  const command = new AssumeRoleCommand({ RoleArn: roleArn(role), RoleSessionName: 'row' });
  return told(sandbox.client(credentials).send(command));
}

/** The credentials of a session that the user gets. */
export async function session(sandbox: TestSandboxAws, user: string, role: string): Promise<Credentials> {
  const { result, code, message } = await assume(sandbox, sandbox.keyOf(TOOLS, user), role);
  if (code !== 'Success') throw new Error(message);
  return credentialsIn(result);
}

export function identity(sandbox: TestSandboxAws, credentials: Credentials): Promise<Answer> {
  return told(sandbox.client(credentials).send(new GetCallerIdentityCommand({})));
}
