import { authorize } from '../access/authorize.ts';
import { callerKeys, requestKeys } from '../access/request-context.ts';
import { accessDenied } from '../wire/aws-error.ts';
import { requireAll } from './role-assumption.ts';
import type { SignedStsCall } from './sts-call.ts';

/** For STS's actions that have no resource: the caller's own policies decide. */
export function requireOwnPermission(call: SignedStsCall, needed: string): void {
  const { aws, caller, request, decided } = call;
  const refuse = (action: string, detail: string) =>
    accessDenied(`User: ${caller.arn} is not authorized to perform: ${action} on resource: *`, detail);
  // Neither a federated user's nor a user's own session may call STS for more than the documented two actions.
  const isUserMade = caller.kind === 'federated-user' || caller.session?.kind === 'user-session';
  if (isUserMade) throw refuse(needed, 'sessions of GetFederationToken and GetSessionToken may not');
  const keys = new Map([...requestKeys(request, call.region), ...callerKeys(caller, request.receivedAt)]);
  requireAll(
    [needed],
    (action) =>
      authorize(aws.world, {
        caller,
        action,
        keys,
        decided,
        resource: '*',
        resourceAccount: caller.account.id,
      }),
    refuse,
  );
}
