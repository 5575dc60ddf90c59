import { DescribeOrganizationCommand, ListAccountsCommand } from '@aws-sdk/client-organizations';
import type { Answer } from './ask.ts';
import type { Rule } from './rule.ts';
import { asking, MANAGEMENT, MEMBER, nobody, reader, STRANGER, who } from './services-world.ts';
import { signedRequest } from '../support/sign-request.ts';
import type { TestSandboxAws } from '../support/start-sandbox-aws.ts';

const SECTION = 'services: Organizations';
const organizations = asking('organizations');

const success = (result: object) => ({ status: 200, code: 'Success', result }) as const;

/** Of the JSON protocol, which the helper for XML does not read. */
async function byHand(sandbox: TestSandboxAws, target: string, secretAccessKey?: string): Promise<Answer> {
  const key = sandbox.keyOf(MANAGEMENT, 'reader');
  const credentials = { ...key, ...(secretAccessKey === undefined ? {} : { secretAccessKey }) };
  const { url, init } = signedRequest(sandbox.url, {
    credentials,
    at: sandbox.now(),
    service: 'organizations',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target },
    body: '{}',
  });
  const response = await fetch(url, init);
  const body = (await response.json()) as { __type?: string; Message?: string };
  const { __type: code = 'Success', Message: message = '' } = body;
  return { status: response.status, code, message, result: body };
}

export const ORGANIZATIONS_RULES: readonly Rule[] = [
  {
    section: SECTION,
    rule: 'ListAccounts gives the management account every account, by pages',
    confidence: 'documented',
    ask: async (sandbox: TestSandboxAws): Promise<Answer> => {
      const first = await organizations(reader, new ListAccountsCommand({ MaxResults: 1 }))(sandbox);
      const { NextToken = '' } = first.result as { NextToken?: string };
      const next = new ListAccountsCommand({ MaxResults: 1, NextToken });
      const second = await organizations(reader, next)(sandbox);
      return {
        ...second,
        result: { first: first.result, second: second.result, isLast: !('NextToken' in second.result) },
      };
    },
    answer: success({
      first: {
        Accounts: [
          {
            Id: MANAGEMENT,
            Arn: `arn:aws:organizations::${MANAGEMENT}:account/o-services12/${MANAGEMENT}`,
            Name: 'Management',
            Status: 'ACTIVE',
          },
        ],
      },
      second: { Accounts: [{ Id: MEMBER, Name: 'Member' }] },
      isLast: true,
    }),
  },
  {
    section: SECTION,
    rule: 'ListAccounts is not for members, whatever their policies allow',
    confidence: 'quoted',
    ask: organizations(who('reader', MEMBER), new ListAccountsCommand({})),
    answer: {
      status: 400,
      code: 'AccessDeniedException',
      message: "You don't have permissions to access this resource.",
    },
  },
  {
    section: SECTION,
    rule: 'ListAccounts needs permission in the management account too',
    confidence: 'known',
    ask: organizations(nobody, new ListAccountsCommand({})),
    answer: { status: 400, code: 'AccessDeniedException' },
  },
  {
    section: SECTION,
    rule: 'an account without an organization has none to list',
    confidence: 'quoted',
    ask: organizations(who('reader', STRANGER), new ListAccountsCommand({})),
    answer: {
      status: 400,
      code: 'AWSOrganizationsNotInUseException',
      message: 'Your account is not a member of an organization.',
    },
  },
  {
    section: SECTION,
    rule: 'ListAccounts takes 1 to 20 as MaxResults',
    confidence: 'known',
    ask: organizations(reader, new ListAccountsCommand({ MaxResults: 21 })),
    answer: { status: 400, code: 'InvalidInputException' },
  },
  {
    section: SECTION,
    rule: 'DescribeOrganization tells members who manages it',
    confidence: 'documented',
    ask: organizations(who('reader', MEMBER), new DescribeOrganizationCommand({})),
    answer: success({ Organization: { Id: 'o-services12', MasterAccountId: MANAGEMENT, FeatureSet: 'ALL' } }),
  },
  {
    section: SECTION,
    rule: 'an operation that there is not is unknown, in the JSON protocol',
    confidence: 'known',
    ask: (sandbox) => byHand(sandbox, 'AWSOrganizationsV20161128.ListPets'),
    answer: { status: 400, code: 'UnknownOperationException' },
  },
  {
    section: SECTION,
    rule: 'a wrong secret is told by the name that the JSON protocol has for it',
    confidence: 'known',
    ask: (sandbox) => byHand(sandbox, 'AWSOrganizationsV20161128.ListAccounts', 'wrong'),
    answer: { status: 400, code: 'InvalidSignatureException' },
  },
];
