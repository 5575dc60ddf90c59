/** `/` for a browser: what this AWS holds, who trusts whom, the MFA code of the moment, what was asked last. */
import type { Request, Response } from 'express';
import type { Pages } from '../../pages.ts';
import type { SandboxAws } from '../aws-server.ts';
import type { JournalEntry } from '../journal.ts';
import { explainCall } from '../explain/explain-call.ts';
import type { Account, Role, StoredPolicy, User } from '../organization/world.ts';
import { PLAYABLE_SERVICES } from './play-lambda.ts';

export interface FrontPageOptions {
  readonly brokerUrl: string;
  readonly identityProvidersUrl: string;
  readonly aws: SandboxAws;
  readonly pages: Pages;
}

const JOURNAL_LINES = 20;

/** SDKs ask for the same address (S3's ListBuckets does), but signed, and never for HTML. */
export function isVisit(request: Request): boolean {
  return (
    request.get('authorization') === undefined &&
    (request.get('accept') ?? '').includes('text/html') &&
    !/[?&](?:Action|X-Amz-[\w-]+)=/i.test(request.originalUrl)
  );
}

/** @param played what happened when the visitor just played a service */
export function showFrontPage(options: FrontPageOptions, response: Response, played?: object): Promise<void> {
  return options.pages.render(response, 'front-page', {
    brokerUrl: options.brokerUrl,
    identityProvidersUrl: options.identityProvidersUrl,
    accounts: options.aws.world.accounts.map(describeAccount),
    codes: mfaCodes(options.aws),
    journal: options.aws.journal.latest(JOURNAL_LINES).map((entry) => describeEntry(entry, options.aws)),
    services: PLAYABLE_SERVICES,
    played,
  });
}

function describeAccount(account: Account): object {
  return {
    id: account.id,
    name: account.name,
    alias: account.alias,
    organizationId: account.organizationId,
    isManagementAccount: account.isManagementAccount,
    roles: account.roles.map(describeRole),
    users: account.users.map(describeUser),
    instances: account.instances.map(({ id, name }) => ({ id, name })),
    buckets: account.buckets.map(({ name }) => name),
  };
}

function describeRole(role: Role): object {
  return {
    name: role.name,
    description: role.description,
    longest: role.maxSessionSeconds === 3_600 ? 'an hour' : `${role.maxSessionSeconds / 3_600} hours`,
    trustPolicy: prettyJson(role.trustPolicy),
    policies: role.policies.map(prettyJson),
  };
}

function describeUser(user: User): object {
  return { name: user.name, policies: user.policies.map(prettyJson) };
}

function prettyJson({ document }: StoredPolicy): string {
  return JSON.stringify(document, undefined, 2);
}

function mfaCodes({ world, mfaDevices, now }: SandboxAws): object[] {
  const users = world.accounts.flatMap((account) => account.users);
  return users.flatMap(({ name, mfaDevice }) => {
    if (mfaDevice === undefined) return [];
    const { code, serialNumber, validForSeconds } = mfaDevices.display(mfaDevice, now());
    const endsAt = new Date(now().getTime() + validForSeconds * 1000).toISOString();
    return [{ user: name, code, serialNumber, endsAt }];
  });
}

function describeEntry(entry: JournalEntry, { world }: SandboxAws): object {
  const { who, operation, verdict, text } = explainCall(entry, world);
  return {
    at: entry.at,
    requestId: entry.requestId,
    who,
    operation,
    verdict,
    isGood: verdict === 'allowed',
    text,
  };
}
