import type { TextForm } from './text-delivery.ts';

/** What a `credential_process` prints. https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html */
export const credentialProcessForm: TextForm = {
  name: 'credential-process',
  label: 'credential_process',
  mediaType: 'application/vnd.daypass.credential-process+json',
  write: ({ accessKeyId, secretAccessKey, sessionToken, expiresAt }) =>
    `${JSON.stringify({
      Version: 1,
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      SessionToken: sessionToken,
      Expiration: expiresAt.toISOString(),
    })}\n`,
};
