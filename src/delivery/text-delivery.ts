import type { CredentialValues } from '../core/credentials.ts';
import type { Permit } from '../core/decide-access.ts';
import type { Delivery } from '../core/ports/delivery.ts';

/** A form of credentials that is text, with what pages and the API call it. */
export interface TextForm {
  readonly name: string;
  readonly label: string;
  readonly mediaType: string;
  /** Values come checked: `\w` for the key id, printable ASCII without spaces for the others. */
  write(values: CredentialValues, permit: Permit): string;
}

export function textDelivery(form: TextForm): Delivery<string> {
  return {
    name: form.name,
    purpose: 'credentials',
    deliver: (credentials, permit) => form.write(credentials.reveal(), permit),
  };
}

/** The variables that the AWS CLI and every SDK read. https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html */
export function environmentOf(values: CredentialValues): readonly (readonly [string, string])[] {
  return [
    ['AWS_ACCESS_KEY_ID', values.accessKeyId],
    ['AWS_SECRET_ACCESS_KEY', values.secretAccessKey],
    ['AWS_SESSION_TOKEN', values.sessionToken],
    ['AWS_CREDENTIAL_EXPIRATION', values.expiresAt.toISOString()],
  ];
}
