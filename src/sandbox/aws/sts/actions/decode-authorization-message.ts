import { AwsError } from '../../wire/aws-error.ts';
import type { ResultTree } from '../../wire/query-protocol.ts';
import { requireOwnPermission } from '../own-permission.ts';
import { ParameterReader } from '../parameter-reader.ts';
import * as rules from '../parameter-rules.ts';
import type { SignedStsCall } from '../sts-call.ts';

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html */
export function decodeAuthorizationMessage(call: SignedStsCall): ResultTree {
  const { aws, caller, request } = call;
  const read = new ParameterReader(call.parameters);
  const message = read.requiredText('EncodedMessage', rules.ENCODED_MESSAGE);
  read.finish();
  requireOwnPermission(call, 'sts:DecodeAuthorizationMessage');
  const decoded = aws.authorizationMessages.decode(message, caller.account.id, request.receivedAt);
  if (decoded === undefined) {
    throw new AwsError('InvalidAuthorizationMessageException', 'Message is invalid.');
  }
  return { DecodedMessage: decoded };
}
