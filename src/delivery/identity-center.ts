import type { TextForm } from './text-delivery.ts';

/** GetRoleCredentials of the SSO portal. https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_GetRoleCredentials.html */
export const identityCenterForm: TextForm = {
  name: 'identity-center',
  label: 'IAM Identity Center',
  mediaType: 'application/json',
  write: ({ accessKeyId, secretAccessKey, sessionToken, expiresAt }) =>
    JSON.stringify({
      roleCredentials: { accessKeyId, secretAccessKey, sessionToken, expiration: expiresAt.getTime() },
    }),
};
