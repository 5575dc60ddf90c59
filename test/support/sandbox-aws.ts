/** What flow tests ask the sandbox's AWS: with the real SDK, and its journal, which is not the broker's own record. */
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';

export interface HandedOut {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiresAt: string;
}

export interface CallerIdentity {
  readonly Account?: string | undefined;
  readonly Arn?: string | undefined;
  readonly UserId?: string | undefined;
}

export async function callerIdentity(awsUrl: string, credentials: HandedOut): Promise<CallerIdentity> {
  const client = new STSClient({ region: 'us-east-1', endpoint: awsUrl, credentials });
  try {
    return await client.send(new GetCallerIdentityCommand({}));
  } finally {
    client.destroy();
  }
}

export interface JournalCall {
  readonly id: number;
  readonly service: string;
  readonly action: string;
  readonly caller?: { readonly arn: string };
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly result: { readonly code: string; readonly status: number };
}

export async function journal(awsUrl: string, after = 0): Promise<readonly JournalCall[]> {
  const response = await fetch(`${awsUrl}/_sandbox/journal?after=${after}`);
  const { entries } = (await response.json()) as { entries: JournalCall[] };
  return entries;
}

/** The newest call of an action. */
export async function lastCall(awsUrl: string, action: string): Promise<JournalCall> {
  const call = (await journal(awsUrl)).findLast((entry) => entry.action === action);
  if (call === undefined) throw new Error(`the journal holds no ${action}`);
  return call;
}

export async function mfaCode(awsUrl: string, user: string): Promise<string> {
  const response = await fetch(`${awsUrl}/_sandbox/mfa-code?user=${user}`);
  const { code } = (await response.json()) as { code: string };
  return code;
}
