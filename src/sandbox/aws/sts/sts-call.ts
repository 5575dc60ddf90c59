import type { AwsRequest } from '../wire/aws-request.ts';
import type { AwsState } from '../aws-state.ts';
import type { AwsCaller } from '../access/caller.ts';
import type { RecordDecision } from '../explain/recorded-decision.ts';
import type { JournalFacts } from '../journal.ts';
import type { Parameters, ResultTree } from '../wire/query-protocol.ts';

/** One call to STS, past transport, action and authentication. */
export interface StsCall {
  readonly aws: AwsState;
  readonly request: AwsRequest;
  readonly parameters: Parameters;
  readonly region: string;
  /** For the journal: what the call is about, as soon as it is read, so that refused calls show it too. */
  readonly note: (facts: JournalFacts) => void;
  /** For the journal too: each decision of the policies, with its trace. */
  readonly decided: RecordDecision;
}

export interface SignedStsCall extends StsCall {
  readonly caller: AwsCaller;
}

export type StsResult = ResultTree | Promise<ResultTree>;

/** STS takes two actions from whoever holds an assertion or token; all others want a signature. */
export type StsAction =
  | { readonly signed: true; readonly run: (call: SignedStsCall) => StsResult }
  | { readonly signed: false; readonly run: (call: StsCall) => StsResult };
