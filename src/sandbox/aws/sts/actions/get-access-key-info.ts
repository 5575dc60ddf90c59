import { accessDenied, validationError } from '../../wire/aws-error.ts';
import { authorize } from '../../access/authorize.ts';
import { accountOfAccessKeyId } from '../../organization/identifiers.ts';
import { ParameterReader } from '../parameter-reader.ts';
import * as rules from '../parameter-rules.ts';
import type { ResultTree } from '../../wire/query-protocol.ts';
import { callerKeys, requestKeys } from '../../access/request-context.ts';
import { requireAll } from '../role-assumption.ts';
import type { SignedStsCall } from '../sts-call.ts';

const ACTION = 'sts:GetAccessKeyInfo';

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetAccessKeyInfo.html */
export function getAccessKeyInfo(call: SignedStsCall): ResultTree {
  const { aws, caller, request } = call;
  const read = new ParameterReader(call.parameters);
  const accessKeyId = read.requiredText('AccessKeyId', rules.ACCESS_KEY_ID);
  call.note({ accessKeyId });
  read.finish();
  const refuse = (action: string, detail: string) =>
    accessDenied(`User: ${caller.arn} is not authorized to perform: ${action} on resource: *`, detail);
  // Neither a federated user's nor a user's own session may call STS for this.
  const isUserMade = caller.kind === 'federated-user' || caller.session?.kind === 'user-session';
  if (isUserMade) throw refuse(ACTION, 'sessions of GetFederationToken and GetSessionToken may not');
  const keys = new Map([...requestKeys(request, call.region), ...callerKeys(caller, request.receivedAt)]);
  const resourceAccount = caller.account.id;
  requireAll(
    [ACTION],
    (action) =>
      authorize(aws.world, { caller, action, resource: '*', resourceAccount, keys, decided: call.decided }),
    refuse,
  );
  const account = accountOfAccessKeyId(accessKeyId);
  if (account === undefined) throw validationError(`${accessKeyId} is invalid`);
  return { Account: account };
}
