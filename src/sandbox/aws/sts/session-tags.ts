import { AwsError } from '../wire/aws-error.ts';
import type { SessionClaims, SessionTag } from './sessions.ts';

/*
 * Which tags a session gets: those passed with the call, and the transitive ones of the session that
 * made it. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
 */

export interface PassedTags {
  readonly tags: readonly SessionTag[];
  readonly transitiveTagKeys: readonly string[];
}

export function checkPassedTags(
  { tags, transitiveTagKeys }: PassedTags,
  inheritedFrom?: SessionClaims,
): void {
  const keys = tags.map(({ key }) => key.toLowerCase());
  if (new Set(keys).size < keys.length) {
    throw invalid('Duplicate tag keys found. Please note that Tag keys are case insensitive.');
  }
  if (keys.some((key) => key.startsWith('aws:'))) {
    throw invalid('Tag keys that start with aws: are reserved for system use.');
  }
  const inherited = new Set((inheritedFrom?.transitiveTagKeys ?? []).map((key) => key.toLowerCase()));
  if (keys.some((key) => inherited.has(key))) {
    throw invalid(
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
    );
  }
  if (transitiveTagKeys.some((key) => !keys.includes(key.toLowerCase()))) {
    throw invalid('The specified transitive tag key must be included in the requested tags.');
  }
}

/** What the new session carries. A transitive tag stays transitive down the chain. */
export function resultingTags(passed: PassedTags, inheritedFrom?: SessionClaims): PassedTags {
  const inheritedKeys = inheritedFrom?.transitiveTagKeys ?? [];
  const lowered = new Set(inheritedKeys.map((key) => key.toLowerCase()));
  const inherited = (inheritedFrom?.tags ?? []).filter(({ key }) => lowered.has(key.toLowerCase()));
  return {
    tags: [...inherited, ...passed.tags],
    transitiveTagKeys: [...new Set([...inheritedKeys, ...passed.transitiveTagKeys])],
  };
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterValue', message, 400);
}
