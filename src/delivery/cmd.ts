import { BrokerError } from '../core/errors.ts';
import { environmentOf, type TextForm } from './text-delivery.ts';

export const cmdForm: TextForm = {
  name: 'cmd',
  label: 'Windows cmd',
  mediaType: 'application/x-bat',
  write: (values) =>
    environmentOf(values)
      .map(([name, value]) => `SET "${name}=${plain(value)}"\r\n`)
      .join(''),
};

/**
 * cmd expands `%` and `!` even between quotes, and differently at the prompt than in a file: there is no way
 * to quote them for both. STS's values are base64 and have none; a value that has is not handed out like this.
 */
function plain(value: string): string {
  if (/^[\w+/=.:,@-]*$/.test(value)) return value;
  throw new BrokerError('sts.bad_response', { detail: 'a credential has characters that cmd cannot quote' });
}
