import type { Permit } from '../core/decide-access.ts';
import type { TextForm } from './text-delivery.ts';

/** What a container credentials provider reads. https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html */
export const containerForm: TextForm = {
  name: 'container',
  label: 'Container credentials',
  mediaType: 'application/json',
  write: ({ accessKeyId, secretAccessKey, sessionToken, expiresAt }, permit) =>
    JSON.stringify({
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      Token: sessionToken,
      Expiration: wholeSeconds(expiresAt),
      AccountId: permit.account.id,
      RoleArn: hasRole(permit) ? permit.roleArn : undefined,
    }),
};

/** Earlier rather than later, and without the fraction that not every reader of ISO 8601 expects. */
function wholeSeconds(at: Date): string {
  return at.toISOString().replace(/\.[0-9]+Z$/, 'Z');
}

/** Federation and session tokens are an IAM user's. */
function hasRole({ role }: Permit): boolean {
  return role.grant.method.startsWith('assume-role');
}
