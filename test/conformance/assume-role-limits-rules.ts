/** How long sessions last, where STS answers, and contexts that somebody else vouches for. */
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { RoleData } from '../../src/sandbox/aws/organization/world-data.ts';
import { told } from './ask.ts';
import {
  type Ask,
  assume,
  caller,
  denied,
  lifetime,
  session,
  SUCCESS,
  user,
  userSession,
  type Who,
} from './assume-role-ask.ts';
import { ABROAD, role, roleArn, TWELVE_HOURS, userArn } from './assume-role-world.ts';
import type { Rule } from './rule.ts';

export const LIMIT_ROLES: readonly RoleData[] = [role('Long', {}, { maxSessionSeconds: TWELVE_HOURS })];

const outsider = user('outsider', ABROAD);
const hub = session(caller, { RoleArn: roleArn('Hub') });

const durations: readonly Rule[] = [
  {
    section: '2.3 Durations',
    rule: 'A session lasts an hour by default, even where the role allows more',
    confidence: 'documented',
    ask: lifetime(assume(caller, { RoleArn: roleArn('Long') })),
    answer: { ...SUCCESS, result: { minutes: 60 } },
  },
  {
    section: '2.3 Durations',
    rule: 'A session may last as long as the role allows',
    confidence: 'documented',
    ask: lifetime(assume(caller, { RoleArn: roleArn('Long'), DurationSeconds: TWELVE_HOURS })),
    answer: { ...SUCCESS, result: { minutes: 720 } },
  },
  {
    section: '2.3 Durations',
    rule: 'A session may last a quarter of an hour',
    confidence: 'documented',
    ask: lifetime(assume(caller, { RoleArn: roleArn('Long'), DurationSeconds: 900 })),
    answer: { ...SUCCESS, result: { minutes: 15 } },
  },
  {
    section: '2.3 Durations',
    rule: 'More than the role allows is refused; by default that is an hour',
    confidence: 'quoted',
    ask: assume(caller, { RoleArn: roleArn('Account'), DurationSeconds: 3601 }),
    answer: {
      status: 400,
      code: 'ValidationError',
      message: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    },
  },
  {
    section: '2.3 Durations',
    rule: 'A chained session may last an hour',
    confidence: 'recorded',
    ask: lifetime(assume(hub, { RoleArn: roleArn('Long'), DurationSeconds: 3600 })),
    answer: { ...SUCCESS, result: { minutes: 60 } },
  },
  {
    section: '2.3 Durations',
    rule: 'A chained session may not last a second longer, whatever the role allows',
    confidence: 'recorded',
    ask: assume(hub, { RoleArn: roleArn('Long'), DurationSeconds: 3601 }),
    answer: {
      status: 400,
      code: 'ValidationError',
      message:
        'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    },
  },
  {
    section: '2.3 Durations',
    rule: 'From a session of GetSessionToken a role is assumed for as long as it allows',
    confidence: 'quoted',
    ask: lifetime(assume(userSession(caller), { RoleArn: roleArn('Long'), DurationSeconds: TWELVE_HOURS })),
    answer: { ...SUCCESS, result: { minutes: 720 } },
  },
];

/** A call to STS in another region. */
const assumeIn =
  (region: string, who: Who, RoleArn: string): Ask =>
  async (sandbox) => {
    const credentials = await who(sandbox);
    const client = new STSClient({ region, endpoint: sandbox.url, credentials, maxAttempts: 1 });
    try {
      return await told(client.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'erin' })));
    } finally {
      client.destroy();
    }
  };

const regions: readonly Rule[] = [
  {
    section: '1.5 Regions',
    rule: "STS answers nobody of an account in a region where that account's STS is not activated",
    confidence: 'quoted',
    ask: assumeIn('eu-south-1', outsider, roleArn('Lister')),
    answer: {
      status: 403,
      code: 'RegionDisabledException',
      message: `STS is not activated in this region for account:${ABROAD}. Your account administrator can activate STS in this region using the IAM Console.`,
    },
  },
  {
    section: '1.5 Regions',
    rule: 'STS answers in every region that is activated, whichever its host',
    confidence: 'documented',
    ask: assumeIn('eu-south-2', outsider, roleArn('Lister')),
    answer: SUCCESS,
  },
  {
    section: '1.5 Regions',
    rule: "It is the caller's account that counts, not the role's",
    confidence: 'documented',
    ask: assumeIn('eu-south-1', caller, roleArn('Abroad', ABROAD)),
    answer: SUCCESS,
  },
];

const context = (name: string): Ask =>
  assume(caller, {
    RoleArn: roleArn(name),
    ProvidedContexts: [
      { ProviderArn: 'arn:aws:iam::aws:contextProvider/IdentityCenter', ContextAssertion: 'assertion' },
    ],
  });

const contexts: readonly Rule[] = [
  {
    section: '6.1 Actions that are checked',
    rule: 'A context needs sts:SetContext in the trust policy',
    confidence: 'documented',
    ask: context('Account'),
    answer: denied(userArn('division/caller'), 'sts:SetContext', roleArn('Account')),
  },
  {
    section: '1.5 Errors',
    rule: 'An assertion that no trusted provider of contexts signed is refused',
    confidence: 'known',
    ask: context('OnlyWithContext'),
    answer: { status: 400, code: 'InvalidContextAssertion' },
  },
];

export const LIMIT_RULES: readonly Rule[] = [...durations, ...regions, ...contexts];
