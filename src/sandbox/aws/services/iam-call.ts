import { AwsError } from '../wire/aws-error.ts';
import { denialText } from '../access/denial-text.ts';
import type { JournalFacts } from '../journal.ts';
import type { ParameterReader } from '../sts/parameter-reader.ts';
import { ask, type Need, type ServiceCall } from './service-call.ts';

export interface IamCall extends ServiceCall {
  readonly read: ParameterReader;
  readonly note: (facts: JournalFacts) => void;
}

/** How IAM writes in a refusal what was asked for: often a name, not an ARN. */
export type IamNeed = Need & { readonly shownResource: string };

export function requireIam(call: IamCall, need: IamNeed): void {
  const decision = ask(call, need);
  if (decision.allowed) return;
  throw new AwsError(
    'AccessDenied',
    `User: ${call.caller.arn} is not authorized to perform: ${need.action} on resource: ${need.shownResource} ${denialText(need.action, decision.reason)}`,
    403,
  );
}
