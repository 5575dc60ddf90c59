import type { RecordedDecision, RecordedStatement } from './recorded-decision.ts';

/*
 * What goes wrong again and again, said where it happens: the rule of AWS's behind a refusal that looks wrong.
 */

/** A refusal, or an answer that no policy made, and what may be behind it. */
export interface Refused {
  readonly code: string;
  readonly decision: RecordedDecision | undefined;
}

interface Trap {
  readonly isIn: (refused: Refused) => boolean;
  readonly text: string;
}

const TRAPS: readonly Trap[] = [
  {
    isIn: refusedAction('s3:ListAllMyBuckets', (statement) =>
      expects(statement, /^s3:List(Bucket|Objects)/i),
    ),
    text: 'Listing the buckets of an account is s3:ListAllMyBuckets. s3:ListBucket lists the objects of one bucket, and ListBuckets is not what it allows, whatever it is called. Allow s3:ListAllMyBuckets on * where buckets are to be listed.',
  },
  {
    isIn: refusedAction('s3:ListBucket', (statement) => expects(statement, /^arn:aws:s3:::[^/]+\/.*$/)),
    text: 's3:ListBucket is asked of the bucket, arn:aws:s3:::name, and not of its objects, arn:aws:s3:::name/*.',
  },
  {
    isIn: refusedAction('s3:GetObject', (statement) => expects(statement, /^arn:aws:s3:::[^/*]+$/)),
    text: 's3:GetObject is asked of the object, arn:aws:s3:::name/key. A statement for the bucket alone, without /*, does not speak of its objects.',
  },
  {
    isIn: ({ code }) => code === 'InvalidInstanceID.NotFound',
    text: 'To a caller only the instances of its own account, in the region it asked, exist. Another account’s instance is not refused: it is not there.',
  },
  {
    isIn: refusedAction('sts:TagSession'),
    text: 'Session tags were passed, so sts:TagSession has to be allowed beside the action itself: by the trust policy, and by the caller’s own policies where those count. Without it the whole call fails.',
  },
  {
    isIn: refusedAction('sts:SetSourceIdentity'),
    text: 'A source identity was passed or inherited, so sts:SetSourceIdentity has to be allowed beside the action itself. It is set again at every step of a chain.',
  },
  {
    isIn: ({ decision }) => decision?.why === 'rule' && /no such role/.test(decision.rule ?? ''),
    text: 'AWS answers for a role that does not exist as for one that refuses, so that nobody can find out which roles there are. Look at the account id, the path and the spelling.',
  },
  {
    isIn: someStatement((statement) => statement.because?.condition?.key.toLowerCase() === 'sts:externalid'),
    text: 'The role belongs to a relationship with a third party: the external ID agreed on with the role’s owner has to come with every AssumeRole. It keeps others from using the third party to get at this account.',
  },
  {
    isIn: someStatement((statement) => /^aws:multifactorauth/i.test(statement.because?.condition?.key ?? '')),
    text: 'MFA is known only of a session that was asked for with a code: of GetSessionToken, or of an AssumeRole that brought one. A long-term key by itself has no such key at all.',
  },
  {
    isIn: ({ decision }) => isServiceRole(decision),
    text: 'Only AWS services may assume this role. Nobody’s own credentials can, whatever they are allowed: the service assumes it when it works for the account.',
  },
  {
    isIn: ({ decision }) =>
      decision?.by === 'identity' &&
      decision.why === 'no-allow' &&
      decision.statements.some(({ kind, applies }) => kind === 'trust' && applies),
    text: 'The role lets the caller in, but that is one half: the caller’s own policies have to allow sts:AssumeRole on the role as well, because it is in another account or trusts the account as a whole.',
  },
  {
    isIn: ({ decision }) => decision?.by === 'session' && decision.why === 'no-allow',
    text: 'A session policy only takes away. What the session may do is what both the role (or user) and the session policy allow.',
  },
];

/** @returns a sentence or two for each that is there */
export function findTraps(refused: Refused): readonly string[] {
  if (refused.decision?.allowed === true && refused.code === 'Success') return [];
  return TRAPS.filter(({ isIn }) => isIn(refused)).map(({ text }) => text);
}

type Test = (refused: Refused) => boolean;

function refusedAction(action: string, some?: (statement: RecordedStatement) => boolean): Test {
  return ({ decision }) =>
    decision?.allowed === false &&
    decision.action === action &&
    (some === undefined || decision.statements.some(some));
}

function someStatement(test: (statement: RecordedStatement) => boolean): Test {
  return ({ decision }) => decision?.allowed === false && decision.statements.some(test);
}

function expects({ effect, because }: RecordedStatement, pattern: RegExp): boolean {
  return effect === 'Allow' && because?.expected.some((text) => pattern.test(text)) === true;
}

function isServiceRole(decision: RecordedDecision | undefined): boolean {
  if (decision?.allowed !== false || decision.by !== 'trust') return false;
  const trusted = decision.statements.filter(({ kind, effect }) => kind === 'trust' && effect === 'Allow');
  const names = trusted.flatMap(({ because }) =>
    because?.element === 'principal' ? because.expected : ['*'],
  );
  return names.length > 0 && names.every((name) => /^[a-z0-9.-]+\.amazonaws\.com$/.test(name));
}
