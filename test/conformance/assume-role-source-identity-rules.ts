/** A source identity: set once, kept for the whole chain. Its roles are those of the tags. */
import { assume, caller, denied, session, SUCCESS, user } from './assume-role-ask.ts';
import { ABROAD, HOME, roleArn, userArn } from './assume-role-world.ts';
import type { Rule } from './rule.ts';

const section = '2.6 Source identity';
const ERIN = { SourceIdentity: 'erin.engel' };
const first = session(caller, { RoleArn: roleArn('First'), ...ERIN });
const FIRST = `arn:aws:sts::${HOME}:assumed-role/First/erin`;

export const SOURCE_IDENTITY_RULES: readonly Rule[] = [
  {
    section,
    rule: 'The answer repeats it',
    confidence: 'documented',
    ask: assume(caller, { RoleArn: roleArn('First'), ...ERIN }),
    answer: { ...SUCCESS, result: ERIN },
  },
  {
    section,
    rule: 'It needs sts:SetSourceIdentity in the trust policy',
    confidence: 'quoted',
    ask: assume(caller, { RoleArn: roleArn('NoSourceIdentity'), ...ERIN }),
    answer: denied(userArn('division/caller'), 'sts:SetSourceIdentity', roleArn('NoSourceIdentity')),
  },
  {
    section,
    rule: 'It needs sts:SetSourceIdentity in the policies of a caller of another account',
    confidence: 'documented',
    ask: assume(user('assumer', ABROAD), { RoleArn: roleArn('Lister'), ...ERIN }),
    answer: denied(userArn('assumer', ABROAD), 'sts:SetSourceIdentity', roleArn('Lister')),
  },
  {
    section,
    rule: 'The next session of a chain inherits it',
    confidence: 'documented',
    ask: assume(first, { RoleArn: roleArn('Second') }),
    answer: { ...SUCCESS, result: ERIN },
  },
  {
    section,
    rule: 'What is inherited is set again, so that the next role has to allow it',
    confidence: 'quoted',
    ask: assume(first, { RoleArn: roleArn('NoSourceIdentity') }),
    answer: denied(FIRST, 'sts:SetSourceIdentity', roleArn('NoSourceIdentity')),
  },
  {
    section,
    rule: 'What is inherited may be said again',
    confidence: 'known',
    ask: assume(first, { RoleArn: roleArn('Second'), ...ERIN }),
    answer: { ...SUCCESS, result: ERIN },
  },
  {
    section,
    rule: 'What is inherited cannot become another',
    confidence: 'known',
    ask: assume(first, { RoleArn: roleArn('Second'), SourceIdentity: 'mallory' }),
    answer: { status: 403, code: 'AccessDenied' },
  },
];
