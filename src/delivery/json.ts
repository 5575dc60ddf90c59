import type { TextForm } from './text-delivery.ts';

/** The API's own shape. */
export const jsonForm: TextForm = {
  name: 'json',
  label: 'JSON',
  mediaType: 'application/json',
  write: ({ accessKeyId, secretAccessKey, sessionToken, expiresAt }) =>
    `${JSON.stringify({ accessKeyId, secretAccessKey, sessionToken, expiresAt: expiresAt.toISOString() }, undefined, 2)}\n`,
};
