import type { Permit } from '../core/decide-access.ts';
import { BrokerError } from '../core/errors.ts';
import type { TextForm } from './text-delivery.ts';

/** A profile for `~/.aws/credentials`. https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html */
export const credentialsFileForm: TextForm = {
  name: 'credentials-file',
  label: 'Credentials file',
  mediaType: 'text/x-ini',
  write: (values, permit) =>
    [
      `[${profileName(permit)}]`,
      `aws_access_key_id = ${plain(values.accessKeyId)}`,
      `aws_secret_access_key = ${plain(values.secretAccessKey)}`,
      `aws_session_token = ${plain(values.sessionToken)}`,
      '',
    ].join('\n'),
};

/** The account and the role, in characters that every reader of the file takes. */
function profileName({ account, role }: Permit): string {
  const roleName = role.roleName.slice(role.roleName.lastIndexOf('/') + 1);
  return `${account.id}_${roleName.replace(/[^A-Za-z0-9_.-]/g, '_')}`;
}

/** The format has no quotes: a value ends with its line, or where some readers see a comment begin. */
function plain(value: string): string {
  if (/^[\x21-\x7e]*$/.test(value) && !/^[;#]/.test(value)) return value;
  throw new BrokerError('sts.bad_response', { detail: 'a credential does not fit a credentials file' });
}
