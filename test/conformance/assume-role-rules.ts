/** Whom a trust policy and the caller's own policies let in together, and what who is not let in is told. */
import type { RoleData } from '../../src/sandbox/aws/organization/world-data.ts';
import {
  assume,
  caller,
  denied,
  federated,
  root,
  session,
  SUCCESS,
  user,
  userSession,
} from './assume-role-ask.ts';
import {
  ABROAD,
  document,
  FULL_ASSUMPTION,
  GUARDED,
  HOME,
  inline,
  allow,
  role,
  roleArn,
  userArn,
} from './assume-role-world.ts';
import type { Rule } from './rule.ts';

const powerless = user('powerless');
const hub = session(caller, { RoleArn: roleArn('Hub') });

const sessionArn = (name: string, by = 'erin') => `arn:aws:sts::${HOME}:assumed-role/${name}/${by}`;
const trusting = (AWS: string | readonly string[]) => ({ principal: { AWS } });
const ASSUMES = { policies: inline(allow(FULL_ASSUMPTION)) };

const DENYING = {
  Effect: 'Deny',
  Principal: { AWS: userArn('division/caller') },
  Action: 'sts:AssumeRole',
};

export const TRUSTING_ROLES: readonly RoleData[] = [
  role('Account'),
  role('Hub', {}, ASSUMES),
  role('NamesUser', trusting(userArn('powerless'))),
  role('NamesDenied', trusting(userArn('denied'))),
  role('Everyone', { principal: '*' }),
  role('Stranger', trusting(GUARDED)),
  role('NamesRole', trusting(roleArn('Plain'))),
  role('NamesSession', trusting(sessionArn('Plain'))),
  role('Plain'),
  role('NamesHub', trusting(roleArn('Hub'))),
  role('NamesHubSession', trusting(sessionArn('Hub'))),
  role('OnlyLambda', { principal: { Service: 'lambda.amazonaws.com' } }),
  role('OnlySaml', { action: 'sts:AssumeRoleWithSAML' }),
  role('OddCase', { action: 'STS:assumerole' }),
  role('Wildcard', { action: 'sts:Assume*' }),
  role('External', { ...trusting(ABROAD), condition: { StringEquals: { 'sts:ExternalId': 'Example987' } } }),
  role('Lister', { principal: { AWS: [HOME, ABROAD] } }),
  {
    name: 'DeniesCaller',
    trustPolicy: document({ Effect: 'Allow', Principal: { AWS: HOME }, Action: 'sts:AssumeRole' }, DENYING),
  },
  role('WithPath', {}, { path: '/team/' }),
  role('OnlyWithContext', { action: ['sts:AssumeRole', 'sts:SetContext'] }),
];

const ASSUME = 'sts:AssumeRole';
const refusedTo = (who: string, name: string) => denied(who, ASSUME, roleArn(name));
const POWERLESS = userArn('powerless');
const CALLER = userArn('division/caller');

const whoMayCall: readonly Rule[] = [
  {
    section: '2.1 Who may call what',
    rule: 'An IAM user may assume a role',
    confidence: 'documented',
    ask: assume(caller, { RoleArn: roleArn('Account') }),
    answer: {
      ...SUCCESS,
      result: { AssumedRoleUser: { Arn: sessionArn('Account') }, Credentials: {} },
    },
  },
  {
    section: '2.1 Who may call what',
    rule: 'A role session may assume the next role',
    confidence: 'documented',
    ask: assume(hub, { RoleArn: roleArn('Account') }),
    answer: { ...SUCCESS, result: { AssumedRoleUser: { Arn: sessionArn('Account') } } },
  },
  {
    section: '2.1 Who may call what',
    rule: 'A session of GetSessionToken may assume a role',
    confidence: 'documented',
    ask: assume(userSession(caller), { RoleArn: roleArn('Account') }),
    answer: SUCCESS,
  },
  {
    section: '2.1 Who may call what',
    rule: 'A federated user may not assume a role, whatever its policies allow',
    confidence: 'documented',
    ask: assume(federated(caller, { Policy: JSON.stringify(document(allow('*'))) }), {
      RoleArn: roleArn('Everyone'),
    }),
    answer: refusedTo(`arn:aws:sts::${HOME}:federated-user/erin`, 'Everyone'),
  },
  {
    section: '2.1 Who may call what',
    rule: 'The root user may not assume a role',
    confidence: 'quoted',
    ask: assume(root, { RoleArn: roleArn('Account') }),
    answer: { status: 403, code: 'AccessDenied', message: 'Roles may not be assumed by root accounts.' },
  },
  {
    section: '2.1 Who may call what',
    rule: 'A session of the root user may not assume a role either',
    confidence: 'known',
    ask: assume(userSession(root), { RoleArn: roleArn('Account') }),
    answer: { status: 403, code: 'AccessDenied' },
  },
];

const sameAccount: readonly Rule[] = [
  {
    section: '6.3 Same account',
    rule: 'A trust policy that names the account leaves it to the policies of its users',
    confidence: 'documented',
    ask: assume(powerless, { RoleArn: roleArn('Account') }),
    answer: refusedTo(POWERLESS, 'Account'),
  },
  {
    section: '6.3 Same account',
    rule: 'A user that the trust policy names needs no permission of its own',
    confidence: 'documented',
    ask: assume(powerless, { RoleArn: roleArn('NamesUser') }),
    answer: SUCCESS,
  },
  {
    section: '6.3 Same account',
    rule: 'Everyone of the account is named by a star',
    confidence: 'documented',
    ask: assume(powerless, { RoleArn: roleArn('Everyone') }),
    answer: SUCCESS,
  },
  {
    section: '6.3 Same account',
    rule: 'A permission of the caller is not enough where the trust policy does not name it',
    confidence: 'documented',
    ask: assume(caller, { RoleArn: roleArn('Stranger') }),
    answer: refusedTo(CALLER, 'Stranger'),
  },
  {
    section: '6.3 Same account',
    rule: 'A deny of the caller wins over a trust policy that names it',
    confidence: 'documented',
    ask: assume(user('denied'), { RoleArn: roleArn('NamesDenied') }),
    answer: {
      ...refusedTo(userArn('denied'), 'NamesDenied'),
      message: /^User: \S+ is not authorized to perform/,
    },
  },
  {
    section: '6.3 Same account',
    rule: 'A deny in the trust policy wins over its allow',
    confidence: 'documented',
    ask: assume(caller, { RoleArn: roleArn('DeniesCaller') }),
    answer: { ...refusedTo(CALLER, 'DeniesCaller'), message: /^User: \S+ is not authorized to perform/ },
  },
  {
    section: '6.3 Same account',
    rule: 'A permissions boundary without the action keeps a user from roles that trust its account',
    confidence: 'documented',
    ask: assume(user('bounded'), { RoleArn: roleArn('Account') }),
    answer: {
      ...refusedTo(userArn('bounded'), 'Account'),
      message: /^User: \S+ is not authorized to perform/,
    },
  },
  {
    section: '6.3 Same account',
    rule: 'A service control policy that denies wins over every allow',
    confidence: 'documented',
    ask: assume(user('guarded', GUARDED), { RoleArn: roleArn('Forbidden', GUARDED) }),
    answer: {
      ...denied(userArn('guarded', GUARDED), ASSUME, roleArn('Forbidden', GUARDED)),
      message: /^User: \S+ is not authorized to perform/,
    },
  },
  {
    section: '6.3 Same account',
    rule: 'A role may assume itself only where its own trust policy lets it',
    confidence: 'documented',
    ask: assume(session(powerless, { RoleArn: roleArn('NamesUser') }), { RoleArn: roleArn('NamesUser') }),
    answer: refusedTo(sessionArn('NamesUser'), 'NamesUser'),
  },
  {
    section: '6.3 Same account',
    rule: 'A session policy narrows a caller whose role the trust policy names',
    confidence: 'documented',
    ask: assume(
      session(caller, { RoleArn: roleArn('Hub'), Policy: JSON.stringify(document(allow('s3:*'))) }),
      { RoleArn: roleArn('NamesHub') },
    ),
    answer: refusedTo(sessionArn('Hub'), 'NamesHub'),
  },
  {
    section: '6.3 Same account',
    rule: 'A session policy does not narrow a caller whose session the trust policy names',
    confidence: 'documented',
    ask: assume(
      session(caller, { RoleArn: roleArn('Hub'), Policy: JSON.stringify(document(allow('s3:*'))) }),
      { RoleArn: roleArn('NamesHubSession') },
    ),
    answer: SUCCESS,
  },
];

export const TRUST_RULES: readonly Rule[] = [...whoMayCall, ...sameAccount];
