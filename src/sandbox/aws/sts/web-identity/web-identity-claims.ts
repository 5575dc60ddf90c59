import type { JWTPayload } from 'jose';
import type { AwsError } from '../../wire/aws-error.ts';
import { isSessionTag } from '../parameter-reader.ts';
import { isSourceIdentity } from '../saml/saml-attributes.ts';
import type { PassedTags } from '../session-tags.ts';
import { invalidToken } from './web-identity-errors.ts';

/* What a token wants of STS, by AWS's own claims. */

const CLAIM = 'https://aws.amazon.com/';
const MAX_TAGS = 50;

/**
 * Refuses every other role than those listed, before any trust policy is asked.
 * @returns whether the token lists roles at all
 */
export function checkRolesClaim(claims: JWTPayload, roleArn: string): boolean {
  const listed = claims[`${CLAIM}roles`];
  if (listed === undefined) return false;
  if (![listed].flat().includes(roleArn)) {
    throw invalidToken('The target role ARN is not present in the roles claim of the identity token');
  }
  return true;
}

export function readSourceIdentity(claims: JWTPayload): string | undefined {
  const sourceIdentity = claims[`${CLAIM}source_identity`];
  if (sourceIdentity === undefined) return undefined;
  if (typeof sourceIdentity !== 'string' || !isSourceIdentity(sourceIdentity)) {
    throw invalidToken('Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"');
  }
  return sourceIdentity;
}

/** `{"principal_tags": {"Project": ["Automation"]}, "transitive_tag_keys": ["Project"]}` */
export function readTags(claims: JWTPayload): PassedTags {
  const claim = claims[`${CLAIM}tags`];
  if (claim === undefined) return { tags: [], transitiveTagKeys: [] };
  const { principal_tags: tagged = {}, transitive_tag_keys: transitive = [] } = asObject(claim);
  const tags = Object.entries(asObject(tagged)).map(([key, values]) => {
    const [value, ...more] = Array.isArray(values) ? (values as unknown[]) : [];
    if (typeof value !== 'string' || more.length > 0 || !isSessionTag({ key, value })) throw invalidTags();
    return { key, value };
  });
  const keys = Array.isArray(transitive) ? (transitive as unknown[]) : [undefined];
  const transitiveTagKeys = keys.filter((key) => typeof key === 'string');
  if (tags.length > MAX_TAGS || transitiveTagKeys.length < keys.length) throw invalidTags();
  return { tags, transitiveTagKeys };
}

function asObject(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalidTags();
  return value as Record<string, unknown>;
}

function invalidTags(): AwsError {
  return invalidToken('The tags claim of the token must map each key to a list of exactly one text.');
}
