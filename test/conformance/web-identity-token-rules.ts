import { createHmac } from 'node:crypto';
import type { TestSandboxAws } from '../support/start-sandbox-aws.ts';
import type { Answer } from './ask.ts';
import type { Rule } from './rule.ts';
import { roleArn } from './federated-role.ts';
import { AWS_CLAIM, redeem, SECOND_AUDIENCE, trusting, unsignedToken } from './web-identity-ask.ts';

const TOKEN = '4.3 ID token';
const TAGS = '4.3 Tags and source identity of a token';
const ROLES = '4.3 Roles claim';

const taken = { status: 200, code: 'Success', result: {} } as const;
const invalid = { status: 400, code: 'InvalidIdentityToken' } as const;
const denied = {
  status: 403,
  code: 'AccessDenied',
  message: 'Not authorized to perform sts:AssumeRoleWithWebIdentity',
} as const;

const withTags = (tags: object) => ({ claims: { [`${AWS_CLAIM}tags`]: tags } });
const withRoles = (roles: unknown) => ({ claims: { [`${AWS_CLAIM}roles`]: roles } });

/** Signed with the public key's own text as a secret, which it is not. */
function byPublicKey(sandbox: TestSandboxAws): (token: string) => string {
  const [key] = sandbox.federation.publishedKeys();
  return (token) => {
    const unsigned = unsignedToken({ alg: 'HS256', kid: key?.kid })(token).slice(0, -1);
    const signature = createHmac('sha256', JSON.stringify(key)).update(unsigned).digest('base64url');
    return `${unsigned}.${signature}`;
  };
}

export const WEB_IDENTITY_TOKEN_RULES: readonly Rule[] = [
  ...['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'].map((algorithm): Rule => ({
    section: TOKEN,
    rule: `takes a token signed with ${algorithm}`,
    confidence: 'verified',
    ask: (sandbox) => redeem(sandbox, { algorithm }),
    answer: taken,
  })),
  {
    section: TOKEN,
    rule: 'refuses a signature by a shared secret, such as the public key',
    confidence: 'known',
    ask: (sandbox) => redeem(sandbox, { posted: byPublicKey(sandbox) }),
    answer: invalid,
  },
  {
    section: TOKEN,
    rule: 'refuses a token that nobody signed',
    confidence: 'known',
    ask: (sandbox) => redeem(sandbox, { posted: unsignedToken({ alg: 'none' }) }),
    answer: invalid,
  },
  ...['aud', 'sub', 'exp', 'iat'].map((claim): Rule => ({
    section: TOKEN,
    rule: `wants the claim ${claim}`,
    confidence: 'known',
    ask: (sandbox) => redeem(sandbox, { claims: { [claim]: undefined } }),
    answer: invalid,
  })),
  {
    section: TOKEN,
    rule: 'wants times that are numbers and no texts',
    confidence: 'known',
    ask: (sandbox) => redeem(sandbox, { claims: { exp: String(Math.floor(Date.now() / 1000) + 300) } }),
    answer: invalid,
  },
  {
    section: TOKEN,
    rule: 'wants times that are whole numbers',
    confidence: 'known',
    ask: (sandbox) => redeem(sandbox, { claims: { iat: Math.floor(Date.now() / 1000) - 0.5 } }),
    answer: invalid,
  },
  {
    section: TOKEN,
    rule: 'takes an audience that is one of a list',
    confidence: 'known',
    ask: (sandbox) => redeem(sandbox, { claims: { aud: ['somebody', SECOND_AUDIENCE] } }),
    answer: { ...taken, result: { Audience: SECOND_AUDIENCE } },
  },
  {
    section: TOKEN,
    rule: 'takes a token that does not say which key signed it',
    confidence: 'known',
    ask: (sandbox) => redeem(sandbox, { keyId: undefined }),
    answer: taken,
  },
  {
    section: TOKEN,
    rule: 'finds a key that the issuer has published since',
    confidence: 'known',
    ask: async (sandbox: TestSandboxAws): Promise<Answer> => {
      await redeem(sandbox);
      await sandbox.federation.rotate();
      sandbox.clockOffsetMs += 60_000;
      return redeem(sandbox);
    },
    answer: taken,
  },
];

export const WEB_IDENTITY_TAG_RULES: readonly Rule[] = [
  {
    section: TAGS,
    rule: 'reads tags, and which of them are transitive',
    confidence: 'documented',
    ask: (sandbox: TestSandboxAws): Promise<Answer> => {
      const condition = {
        StringEquals: { 'aws:RequestTag/Team': 'payments', 'aws:RequestTag/Stage': 'test' },
        'ForAllValues:StringEquals': { 'sts:TransitiveTagKeys': ['Team'] },
        Null: { 'sts:TransitiveTagKeys': 'false' },
      };
      // The action itself is asked with the same keys.
      const tags = { principal_tags: { Team: ['payments'], Stage: ['test'] }, transitive_tag_keys: ['Team'] };
      return redeem(sandbox, withTags(tags), { RoleArn: trusting(sandbox, 'Tagged', { condition }) });
    },
    answer: taken,
  },
  {
    section: TAGS,
    rule: 'wants exactly one value of a tag',
    confidence: 'known',
    ask: (sandbox) => redeem(sandbox, withTags({ principal_tags: { Team: ['payments', 'search'] } })),
    answer: invalid,
  },
  {
    section: TAGS,
    rule: 'refuses a transitive key that is no tag',
    confidence: 'recorded',
    ask: (sandbox) =>
      redeem(sandbox, withTags({ principal_tags: { Team: ['payments'] }, transitive_tag_keys: ['Stage'] })),
    answer: {
      status: 400,
      code: 'InvalidParameterValue',
      message: 'The specified transitive tag key must be included in the requested tags.',
    },
  },
  {
    section: TAGS,
    rule: 'refuses tags where the trust policy does not have sts:TagSession',
    confidence: 'quoted',
    ask: (sandbox: TestSandboxAws): Promise<Answer> => {
      const RoleArn = trusting(sandbox, 'NoTags', { actions: ['sts:AssumeRoleWithWebIdentity'] });
      return redeem(sandbox, withTags({ principal_tags: { Team: ['payments'] } }), { RoleArn });
    },
    answer: denied,
  },
  {
    section: TAGS,
    rule: 'sets the source identity of the token, and tells it',
    confidence: 'documented',
    ask: (sandbox: TestSandboxAws): Promise<Answer> => {
      const condition = { StringEquals: { 'sts:SourceIdentity': 'erin' } };
      const RoleArn = trusting(sandbox, 'SourceIdentity', { condition });
      return redeem(sandbox, { claims: { [`${AWS_CLAIM}source_identity`]: 'erin' } }, { RoleArn });
    },
    answer: { ...taken, result: { SourceIdentity: 'erin' } },
  },
  {
    section: TAGS,
    rule: 'refuses a source identity where the trust policy does not have sts:SetSourceIdentity',
    confidence: 'quoted',
    ask: (sandbox: TestSandboxAws): Promise<Answer> => {
      const RoleArn = trusting(sandbox, 'NoSource', { actions: ['sts:AssumeRoleWithWebIdentity'] });
      return redeem(sandbox, { claims: { [`${AWS_CLAIM}source_identity`]: 'erin' } }, { RoleArn });
    },
    answer: denied,
  },
  {
    section: TAGS,
    rule: 'refuses a source identity of other characters',
    confidence: 'known',
    ask: (sandbox) => redeem(sandbox, { claims: { [`${AWS_CLAIM}source_identity`]: 'erin engel' } }),
    answer: invalid,
  },
];

export const WEB_IDENTITY_ROLES_RULES: readonly Rule[] = [
  {
    section: ROLES,
    rule: 'refuses every role but the one that the token names',
    confidence: 'recorded',
    ask: (sandbox) => redeem(sandbox, withRoles(roleArn('Other'))),
    answer: {
      ...invalid,
      message: 'The target role ARN is not present in the roles claim of the identity token',
    },
  },
  {
    section: ROLES,
    rule: 'refuses it before the trust policy is asked',
    confidence: 'recorded',
    ask: (sandbox) => redeem(sandbox, withRoles([roleArn('Open')]), { RoleArn: roleArn('NotThere') }),
    answer: { ...invalid, message: /^The target role ARN is not present/ },
  },
  {
    section: ROLES,
    rule: 'takes exact names only, and no patterns',
    confidence: 'recorded',
    ask: (sandbox) => redeem(sandbox, withRoles([roleArn('*')])),
    answer: { ...invalid, message: /^The target role ARN is not present/ },
  },
  {
    section: ROLES,
    rule: 'sets sts:RoleAuthorizedByIdp where the role is in the list',
    confidence: 'recorded',
    ask: (sandbox: TestSandboxAws): Promise<Answer> => {
      const condition = { Bool: { 'sts:RoleAuthorizedByIdp': 'true' } };
      const RoleArn = trusting(sandbox, 'Authorized', { condition });
      return redeem(sandbox, withRoles([roleArn('Other'), RoleArn]), { RoleArn });
    },
    answer: taken,
  },
  {
    section: ROLES,
    rule: 'leaves the key out where the token lists no roles',
    confidence: 'recorded',
    ask: (sandbox: TestSandboxAws): Promise<Answer> => {
      const condition = { Null: { 'sts:RoleAuthorizedByIdp': 'true' } };
      return redeem(sandbox, {}, { RoleArn: trusting(sandbox, 'NotAuthorized', { condition }) });
    },
    answer: taken,
  },
];
