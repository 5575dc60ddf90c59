/** What is told to who is refused, what is told first to who makes several mistakes, and external IDs. */
import { assume, caller, denied, root, SUCCESS, user } from './assume-role-ask.ts';
import { ABROAD, roleArn, TWELVE_HOURS, userArn } from './assume-role-world.ts';
import type { Rule } from './rule.ts';

const outsider = user('outsider', ABROAD);
const external = (ExternalId?: string) => ({
  RoleArn: roleArn('External'),
  ...(ExternalId === undefined ? {} : { ExternalId }),
});
const refusedOutsider = denied(userArn('outsider', ABROAD), 'sts:AssumeRole', roleArn('External'));

const refusals: readonly Rule[] = [
  {
    section: '1.7 AccessDenied',
    rule: 'A role that is not there looks like one that trusts nobody',
    confidence: 'quoted',
    ask: assume(caller, { RoleArn: roleArn('NoSuchRole') }),
    answer: denied(userArn('division/caller'), 'sts:AssumeRole', roleArn('NoSuchRole')),
  },
  {
    section: '1.7 AccessDenied',
    rule: 'So does a role of an account that is not there',
    confidence: 'known',
    ask: assume(caller, { RoleArn: roleArn('Account', '000000000000') }),
    answer: { status: 403, code: 'AccessDenied' },
  },
  {
    section: '1.7 AccessDenied',
    rule: 'The ARN of a role has its path',
    confidence: 'known',
    ask: assume(caller, { RoleArn: roleArn('WithPath') }),
    answer: { status: 403, code: 'AccessDenied' },
  },
  {
    section: '1.7 AccessDenied',
    rule: 'The ARN of a role compares with case',
    confidence: 'known',
    ask: assume(caller, { RoleArn: roleArn('account') }),
    answer: { status: 403, code: 'AccessDenied' },
  },
];

const order: readonly Rule[] = [
  {
    section: '1.9 Order of checks',
    rule: 'Who is not allowed learns nothing of how long the role may be used',
    confidence: 'known',
    ask: assume(user('powerless'), { RoleArn: roleArn('Account'), DurationSeconds: TWELVE_HOURS }),
    answer: { status: 403, code: 'AccessDenied' },
  },
  {
    section: '1.9 Order of checks',
    rule: 'Who is not allowed learns nothing of a session policy that does not parse',
    confidence: 'known',
    ask: assume(user('powerless'), { RoleArn: roleArn('Account'), Policy: '{' }),
    answer: { status: 403, code: 'AccessDenied' },
  },
  {
    section: '1.9 Order of checks',
    rule: 'Parameters are checked before it matters that root asks',
    confidence: 'known',
    ask: assume(root, { RoleArn: roleArn('Account'), RoleSessionName: 'e' }),
    answer: { status: 400, code: 'ValidationError' },
  },
  {
    section: '1.9 Order of checks',
    rule: 'The form of the ARN is checked after the constraints',
    confidence: 'recorded',
    ask: assume(caller, { RoleArn: 'arn::iam::123456789012:role/x', RoleSessionName: 'a:b' }),
    answer: {
      status: 400,
      code: 'ValidationError',
      message:
        "1 validation error detected: Value 'a:b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*",
    },
  },
  {
    section: '1.9 Order of checks',
    rule: 'Rules about tags come before the permission',
    confidence: 'known',
    ask: assume(user('powerless'), { RoleArn: roleArn('Account'), TransitiveTagKeys: ['Team'] }),
    answer: { status: 400, code: 'InvalidParameterValue' },
  },
];

const externalIds: readonly Rule[] = [
  {
    section: '6.6 Confused deputy',
    rule: 'With the external ID that was agreed on, the third party is let in',
    confidence: 'documented',
    ask: assume(outsider, external('Example987')),
    answer: SUCCESS,
  },
  {
    section: '6.6 Confused deputy',
    rule: 'Without an external ID it is not, and is not told why',
    confidence: 'quoted',
    ask: assume(outsider, external()),
    answer: refusedOutsider,
  },
  {
    section: '6.6 Confused deputy',
    rule: 'External IDs compare with case',
    confidence: 'quoted',
    ask: assume(outsider, external('example987')),
    answer: refusedOutsider,
  },
  {
    section: '2.7 ExternalId',
    rule: 'An external ID that nobody asks for does no harm',
    confidence: 'documented',
    ask: assume(caller, { RoleArn: roleArn('Account'), ExternalId: 'unasked' }),
    answer: SUCCESS,
  },
];

export const ORDER_RULES: readonly Rule[] = [...refusals, ...order, ...externalIds];
