import { AwsError, validationError } from '../wire/aws-error.ts';
import type { EntityList, EntityOf, Organization } from '../organization/organization.ts';
import { OrganizationError } from '../organization/problem.ts';
import type { TextRule } from '../sts/parameter-reader.ts';
import type { IamCall } from './iam-call.ts';

/*
 * The changing side of IAM, as far as setting up roles and providers for federation needs it. What may be saved is
 * the organization's own to check; around it stand AWS's parameters, permissions and answers.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html
 */

export interface IamChange extends IamCall {
  readonly organization: Organization;
}

export const ARN: TextRule = { min: 20, max: 2048 };

export function entityOf<L extends EntityList>(
  call: IamChange,
  list: L,
  name: string,
): EntityOf<L> | undefined {
  return call.organization.find(call.caller.account.id, list, name);
}

export function put(call: IamChange, list: EntityList, entity: object): void {
  changed(() => call.organization.put(call.caller.account.id, list, entity));
}

/** The organization says what is wrong in AWS's own words where IAM refuses the same. */
export function changed(change: () => void): void {
  try {
    change();
  } catch (error) {
    if (!(error instanceof OrganizationError)) throw error;
    const [problem] = error.problems;
    const { message = 'The change was refused.', code, status } = problem ?? {};
    throw code === undefined ? validationError(message) : new AwsError(code, message, status);
  }
}

export function exists(message: string): AwsError {
  return new AwsError('EntityAlreadyExists', message, 409);
}
