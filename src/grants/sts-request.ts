/** What several operations take, from the permit and from nowhere else. */
import type { PolicyDescriptorType, Tag } from '@aws-sdk/client-sts';
import type { Permit } from '../core/decide-access.ts';
import type { StsAnswer } from '../core/ports/grant-method.ts';
import { answeredAt } from './tuned-sts-client.ts';

interface PolicyParameters {
  readonly Policy?: string;
  readonly PolicyArns?: PolicyDescriptorType[];
}

export function policyParameters({ sessionPolicy, managedPolicyArns }: Permit): PolicyParameters {
  return {
    ...(sessionPolicy === undefined ? {} : { Policy: sessionPolicy }),
    ...(managedPolicyArns.length === 0 ? {} : { PolicyArns: managedPolicyArns.map((arn) => ({ arn })) }),
  };
}

export function tagParameters({ sessionTags }: Permit): { readonly Tags?: Tag[] } {
  if (sessionTags.length === 0) return {};
  return { Tags: sessionTags.map(({ key, value }) => ({ Key: key, Value: value })) };
}

export function transitiveTagKeys({ sessionTags }: Permit): { readonly TransitiveTagKeys?: string[] } {
  const keys = sessionTags.filter(({ transitive }) => transitive).map(({ key }) => key);
  return keys.length === 0 ? {} : { TransitiveTagKeys: keys };
}

interface SdkAnswer {
  readonly $metadata: object;
  readonly Credentials?:
    | {
        readonly AccessKeyId?: string | undefined;
        readonly SecretAccessKey?: string | undefined;
        readonly SessionToken?: string | undefined;
        readonly Expiration?: Date | undefined;
      }
    | undefined;
  readonly AssumedRoleUser?: { readonly Arn?: string | undefined } | undefined;
  readonly FederatedUser?: { readonly Arn?: string | undefined } | undefined;
  readonly SourceIdentity?: string | undefined;
}

export function toStsAnswer(answer: SdkAnswer): StsAnswer {
  const { Credentials: credentials, AssumedRoleUser: assumed, FederatedUser: federated } = answer;
  return {
    accessKeyId: credentials?.AccessKeyId,
    secretAccessKey: credentials?.SecretAccessKey,
    sessionToken: credentials?.SessionToken,
    expiresAt: credentials?.Expiration,
    sessionArn: assumed?.Arn ?? federated?.Arn,
    sourceIdentity: answer.SourceIdentity,
    answeredAt: answeredAt(answer),
  };
}
