import type { AwsRequest } from './wire/aws-request.ts';
import type { AwsError } from './wire/aws-error.ts';
import { stsError, type WireAnswer } from './wire/query-protocol.ts';
import type { CallRecord } from './journal.ts';
import { createEc2, ec2Error } from './services/ec2.ts';
import type { Ec2Instances } from './services/ec2-instances.ts';
import { createIam, iamError, type IamState } from './services/iam.ts';
import { createOrganizations, organizationsError } from './services/organizations.ts';
import { s3Error } from './services/s3-answer.ts';
import { createS3 } from './services/s3.ts';
import { answerSts } from './sts/sts.ts';

/** Answers a call whatever is wrong with it: refusals are answers in the service's own words. */
type AnswerCall = (request: AwsRequest, record: CallRecord) => WireAnswer | Promise<WireAnswer>;

export interface AwsService {
  readonly name: string;
  readonly answer: AnswerCall;
  /** The answer to what never came as far as the service. */
  readonly refuse: (request: AwsRequest, error: AwsError) => WireAnswer;
}

/**
 * The services of this port, found by what a signature says it is for. STS has the rest: calls that nobody
 * signed, and signatures for what is not here, which are wrong ones to it.
 */
export function createAwsServices(
  aws: IamState & { readonly instances: Ec2Instances },
): (claimed: string | undefined) => AwsService {
  const sts: AwsService = {
    name: 'sts',
    answer: (request, record) => answerSts(aws, request, record),
    refuse: stsError,
  };
  const others: readonly AwsService[] = [
    { name: 'ec2', answer: createEc2(aws, aws.instances), refuse: ec2Error },
    { name: 'iam', answer: createIam(aws), refuse: iamError },
    { name: 'organizations', answer: createOrganizations(aws), refuse: organizationsError },
    { name: 's3', answer: createS3(aws), refuse: s3Error },
  ];
  const byName = new Map([sts, ...others].map((service) => [service.name, service]));
  return (claimed) => byName.get(claimed ?? '') ?? sts;
}
