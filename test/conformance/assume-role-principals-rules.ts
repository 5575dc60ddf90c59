/** Callers of other accounts, and the forms in which a trust policy names principals and actions. */
import { assume, caller, denied, session, SUCCESS, user } from './assume-role-ask.ts';
import { ABROAD, HOME, roleArn, userArn } from './assume-role-world.ts';
import type { Rule } from './rule.ts';

const outsider = user('outsider', ABROAD);
const CALLER = userArn('division/caller');
const sessionArn = (name: string, by = 'erin') => `arn:aws:sts::${HOME}:assumed-role/${name}/${by}`;
const refusedTo = (who: string, name: string) => denied(who, 'sts:AssumeRole', roleArn(name));

const crossAccount: readonly Rule[] = [
  {
    section: '6.3 Cross account',
    rule: 'The role trusts the account and the caller has the permission',
    confidence: 'documented',
    ask: assume(outsider, { RoleArn: roleArn('Lister') }),
    answer: SUCCESS,
  },
  {
    section: '6.3 Cross account',
    rule: 'A caller without a permission of its own is refused, whatever the role trusts',
    confidence: 'documented',
    ask: assume(user('powerless', ABROAD), { RoleArn: roleArn('Everyone') }),
    answer: refusedTo(userArn('powerless', ABROAD), 'Everyone'),
  },
  {
    section: '6.3 Cross account',
    rule: 'A caller with every permission is refused where the role trusts another account',
    confidence: 'documented',
    ask: assume(outsider, { RoleArn: roleArn('Account') }),
    answer: refusedTo(userArn('outsider', ABROAD), 'Account'),
  },
];

const principals: readonly Rule[] = [
  {
    section: '6.2 Principals',
    rule: 'A role that is named stands for every session of it',
    confidence: 'documented',
    ask: assume(session(caller, { RoleArn: roleArn('Plain'), RoleSessionName: 'anybody' }), {
      RoleArn: roleArn('NamesRole'),
    }),
    answer: { ...SUCCESS, result: { AssumedRoleUser: { Arn: sessionArn('NamesRole') } } },
  },
  {
    section: '6.2 Principals',
    rule: 'A session that is named is no other session of the role',
    confidence: 'documented',
    ask: assume(session(caller, { RoleArn: roleArn('Plain'), RoleSessionName: 'somebody-else' }), {
      RoleArn: roleArn('NamesSession'),
    }),
    answer: refusedTo(sessionArn('Plain', 'somebody-else'), 'NamesSession'),
  },
  {
    section: '6.2 Principals',
    rule: 'A role for a service is for no user',
    confidence: 'documented',
    ask: assume(caller, { RoleArn: roleArn('OnlyLambda') }),
    answer: refusedTo(CALLER, 'OnlyLambda'),
  },
  {
    section: '6.2 Actions',
    rule: 'A trust policy for AssumeRoleWithSAML does not allow AssumeRole',
    confidence: 'documented',
    ask: assume(caller, { RoleArn: roleArn('OnlySaml') }),
    answer: refusedTo(CALLER, 'OnlySaml'),
  },
  {
    section: '6.2 Actions',
    rule: 'Actions compare without case',
    confidence: 'documented',
    ask: assume(caller, { RoleArn: roleArn('OddCase') }),
    answer: SUCCESS,
  },
  {
    section: '6.2 Actions',
    rule: 'Actions may have wildcards',
    confidence: 'documented',
    ask: assume(caller, { RoleArn: roleArn('Wildcard') }),
    answer: SUCCESS,
  },
];

export const PRINCIPAL_RULES: readonly Rule[] = [...crossAccount, ...principals];
