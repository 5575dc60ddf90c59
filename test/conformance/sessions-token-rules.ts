/** How large a session's token is and may be, since there is one limit for all that it carries. */
import { randomBytes } from 'node:crypto';
import { type Ask, assume, caller, federate, getSessionToken, SUCCESS } from './assume-role-ask.ts';
import { roleArn } from './assume-role-world.ts';
import type { Rule } from './rule.ts';

const section = '1.3 Token sizes';
const LARGEST = 4096;

interface Sizes {
  readonly Credentials?: { readonly SessionToken?: string };
  readonly SessionTokenSize?: number;
  readonly SessionTokenUtilization?: number;
  readonly PackedPolicySize?: number;
}

/** What the answer says of the token, beside what the token is. */
const measured =
  (ask: Ask): Ask =>
  async (sandbox) => {
    const answer = await ask(sandbox);
    const { Credentials, SessionTokenSize, SessionTokenUtilization, ...rest } = answer.result as Sizes;
    const bytes = Buffer.byteLength(Credentials?.SessionToken ?? '');
    return {
      ...answer,
      result: {
        bytes,
        isPadded: bytes === 900,
        tellsBytes: SessionTokenSize === bytes,
        tellsPercent: SessionTokenUtilization === Math.round((100 * bytes) / LARGEST),
        packedPolicySize:
          rest.PackedPolicySize === undefined ? 'absent' : rest.PackedPolicySize === SessionTokenUtilization,
      },
    };
  };

const lists = { RoleArn: roleArn('Lists') };
/** Random hex does not compress to less than half of itself. */
const tags = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    Key: `key${index}`,
    Value: randomBytes(128).toString('hex'),
  }));

export const TOKEN_RULES: readonly Rule[] = [
  {
    section,
    rule: 'AssumeRole tells the size of the token in bytes and percent',
    confidence: 'verified',
    ask: measured(assume(caller, lists)),
    answer: { ...SUCCESS, result: { tellsBytes: true, tellsPercent: true } },
  },
  {
    section,
    rule: 'PackedPolicySize says the same as SessionTokenUtilization',
    confidence: 'verified',
    ask: measured(assume(caller, lists)),
    answer: { ...SUCCESS, result: { packedPolicySize: true } },
  },
  {
    section,
    rule: 'GetFederationToken tells the size too',
    confidence: 'verified',
    ask: measured(federate(caller)),
    answer: { ...SUCCESS, result: { tellsBytes: true, tellsPercent: true, packedPolicySize: true } },
  },
  {
    section,
    rule: 'GetSessionToken tells the size, and has no PackedPolicySize',
    confidence: 'verified',
    ask: measured(getSessionToken(caller)),
    answer: { ...SUCCESS, result: { tellsBytes: true, tellsPercent: true, packedPolicySize: 'absent' } },
  },
  {
    section,
    rule: 'MinimumSessionTokenSize pads the token',
    confidence: 'verified',
    ask: measured(assume(caller, { ...lists, MinimumSessionTokenSize: LARGEST })),
    answer: { ...SUCCESS, result: { bytes: LARGEST, tellsBytes: true } },
  },
  {
    section,
    rule: 'What is larger than the minimum is not cut',
    confidence: 'verified',
    ask: measured(assume(caller, { ...lists, Tags: tags(8), MinimumSessionTokenSize: 900 })),
    answer: { ...SUCCESS, result: { isPadded: false, tellsBytes: true } },
  },
  {
    section,
    rule: 'Tags and policies that do not fit into a token are refused',
    confidence: 'known',
    ask: assume(caller, { ...lists, Tags: tags(40) }),
    answer: { status: 400, code: 'PackedPolicyTooLarge' },
  },
];
