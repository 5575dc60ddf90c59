import type { Decision, NamedPolicy } from '../../../iam/authorization.ts';
import { authorize } from '../access/authorize.ts';
import { type AwsCaller, authenticate } from '../access/caller.ts';
import { callerKeys, type ConditionKeys, requestKeys } from '../access/request-context.ts';
import type { AwsState } from '../aws-state.ts';
import type { RecordDecision } from '../explain/recorded-decision.ts';
import type { CallRecord } from '../journal.ts';
import type { AwsRequest } from '../wire/aws-request.ts';

/** A call to a service, past authentication. */
export interface ServiceCall {
  readonly aws: AwsState;
  readonly request: AwsRequest;
  readonly caller: AwsCaller;
  readonly region: string;
  readonly decided: RecordDecision;
}

/** What an operation needs: one action on one resource. */
export interface Need {
  readonly action: string;
  readonly resource: string;
  /** By default the caller's. */
  readonly resourceAccount?: string;
  readonly resourcePolicy?: NamedPolicy | undefined;
  /** What is known of the resource and of the request beside what every request has. */
  readonly keys?: ConditionKeys;
}

export function openCall(
  aws: AwsState,
  request: AwsRequest,
  service: string,
  record: CallRecord,
): ServiceCall {
  const { caller, region } = authenticate(request, service, aws);
  record.setCaller(caller, region);
  return { aws, request, caller, region, decided: (decision) => record.decided(decision) };
}

/** Every condition key of a request for this need. */
export function keysFor({ request, region, caller }: ServiceCall, need: Need): ConditionKeys {
  return new Map([
    ...requestKeys(request, region),
    ...callerKeys(caller, request.receivedAt),
    ['aws:ResourceAccount', [need.resourceAccount ?? caller.account.id]],
    ...(need.keys ?? []),
  ]);
}

export function ask(call: ServiceCall, need: Need): Decision {
  const { aws, caller, decided } = call;
  const { action, resource, resourceAccount = caller.account.id, resourcePolicy } = need;
  return authorize(aws.world, {
    caller,
    action,
    resource,
    resourceAccount,
    decided,
    keys: keysFor(call, need),
    ...(resourcePolicy === undefined ? {} : { resourcePolicy }),
  });
}

/** Opaque to clients; whatever is not ours reads as nothing. */
export function pageToken(after: string): string {
  return Buffer.from(JSON.stringify(['after', after])).toString('base64url');
}

export function readPageToken(token: string): string | undefined {
  try {
    const read: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    if (!Array.isArray(read) || read.length !== 2 || read[0] !== 'after') return undefined;
    const after: unknown = read[1];
    return typeof after === 'string' && pageToken(after) === token ? after : undefined;
  } catch {
    return undefined;
  }
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Of the last item, where more follow. */
  readonly next: string | undefined;
}

/** @param sorted by the name, all names different */
export function pageOf<T>(
  sorted: readonly T[],
  nameOf: (item: T) => string,
  { after, size }: { readonly after: string | undefined; readonly size: number },
): Page<T> {
  const rest = after === undefined ? sorted : sorted.filter((item) => byBytes(nameOf(item), after) > 0);
  const items = rest.slice(0, size);
  const last = items.at(-1);
  return { items, next: last !== undefined && rest.length > size ? nameOf(last) : undefined };
}

/** UTF-8's order, which is S3's; a text's own order differs beyond the basic plane. */
export function byBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
