import { validationError } from '../../wire/aws-error.ts';
import { accountOfAccessKeyId } from '../../organization/identifiers.ts';
import type { ResultTree } from '../../wire/query-protocol.ts';
import { requireOwnPermission } from '../own-permission.ts';
import { ParameterReader } from '../parameter-reader.ts';
import * as rules from '../parameter-rules.ts';
import type { SignedStsCall } from '../sts-call.ts';

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetAccessKeyInfo.html */
export function getAccessKeyInfo(call: SignedStsCall): ResultTree {
  const read = new ParameterReader(call.parameters);
  const accessKeyId = read.requiredText('AccessKeyId', rules.ACCESS_KEY_ID);
  call.note({ accessKeyId });
  read.finish();
  requireOwnPermission(call, 'sts:GetAccessKeyInfo');
  const account = accountOfAccessKeyId(accessKeyId);
  if (account === undefined) throw validationError(`${accessKeyId} is invalid`);
  return { Account: account };
}
