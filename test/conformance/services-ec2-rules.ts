import { DescribeInstancesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { expect } from 'vitest';
import type { TestSandboxAws } from '../support/start-sandbox-aws.ts';
import { type Answer, signed } from './ask.ts';
import type { Rule } from './rule.ts';
import { API, asking, GONE, MANAGEMENT, MEMBER, nobody, reader, who, WORKER } from './services-world.ts';

const SECTION = 'services: EC2';
const ec2 = asking('ec2');

const success = (result: object) => ({ status: 200, code: 'Success', result }) as const;
const describe = (input: object) => new DescribeInstancesCommand(input);
const terminate = (InstanceIds: string[], input: object = {}) =>
  new TerminateInstancesCommand({ InstanceIds, ...input });
const only = (InstanceId: string) => ({ Reservations: [{ Instances: [{ InstanceId }] }] });

export const EC2_RULES: readonly Rule[] = [
  {
    section: SECTION,
    rule: 'a refusal names the kind of policy, and carries the rest encoded',
    confidence: 'quoted',
    ask: ec2(nobody, terminate([WORKER])),
    answer: {
      status: 403,
      code: 'UnauthorizedOperation',
      message: new RegExp(
        `^You are not authorized to perform this operation. User: arn:aws:iam::${MANAGEMENT}:user/nobody is not authorized to perform: ec2:TerminateInstances on resource: arn:aws:ec2:us-east-1:${MANAGEMENT}:instance/${WORKER} because no identity-based policy allows the ec2:TerminateInstances action. Encoded authorization failure message: [\\w-]+$`,
      ),
    },
  },
  {
    section: SECTION,
    rule: 'DescribeInstances has no resource, and its refusal carries nothing encoded',
    confidence: 'quoted',
    ask: ec2(nobody, describe({})),
    answer: {
      status: 403,
      code: 'UnauthorizedOperation',
      message: `You are not authorized to perform this operation. User: arn:aws:iam::${MANAGEMENT}:user/nobody is not authorized to perform: ec2:DescribeInstances because no identity-based policy allows the ec2:DescribeInstances action`,
    },
  },
  {
    section: SECTION,
    rule: 'an instance’s tags are condition keys of what is done to it',
    confidence: 'quoted',
    ask: ec2(who('by-tag'), terminate([WORKER], { DryRun: true })),
    answer: {
      status: 412,
      code: 'DryRunOperation',
      message: 'Request would have succeeded, but DryRun flag is set.',
    },
  },
  {
    section: SECTION,
    rule: 'all instances of a call have to be allowed, or none is terminated',
    confidence: 'documented',
    ask: async (sandbox: TestSandboxAws): Promise<Answer> => {
      const refused = await ec2(who('by-tag'), terminate([WORKER, API]))(sandbox);
      const after = await ec2(reader, describe({ InstanceIds: [WORKER] }))(sandbox);
      return { ...after, result: { refused: refused.code, after: after.result } };
    },
    answer: success({
      refused: 'UnauthorizedOperation',
      after: { Reservations: [{ Instances: [{ State: { Code: 16, Name: 'running' } }] }] },
    }),
  },
  {
    section: SECTION,
    rule: 'a dry run of what is not allowed is refused as the call would be',
    confidence: 'documented',
    ask: ec2(who('by-tag'), terminate([API], { DryRun: true })),
    answer: { status: 403, code: 'UnauthorizedOperation', message: /ec2:TerminateInstances/ },
  },
  {
    section: SECTION,
    rule: 'terminating tells the state before and after',
    confidence: 'documented',
    ask: ec2(reader, terminate(['i-10000004'])),
    answer: success({
      TerminatingInstances: [
        {
          InstanceId: 'i-10000004',
          PreviousState: { Code: 16, Name: 'running' },
          CurrentState: { Name: expect.stringMatching(/^(shutting-down|terminated)$/) as string },
        },
      ],
    }),
  },
  {
    section: SECTION,
    rule: 'another account’s instance is not there',
    confidence: 'quoted',
    ask: ec2(who('reader', MEMBER), terminate([WORKER])),
    answer: {
      status: 400,
      code: 'InvalidInstanceID.NotFound',
      message: `The instance ID '${WORKER}' does not exist`,
    },
  },
  {
    section: SECTION,
    rule: 'several missing instances are named together',
    confidence: 'quoted',
    ask: ec2(reader, describe({ InstanceIds: [GONE, 'i-00000001', WORKER] })),
    answer: {
      status: 400,
      code: 'InvalidInstanceID.NotFound',
      message: `The instance IDs '${GONE}, i-00000001' do not exist`,
    },
  },
  {
    section: SECTION,
    rule: 'another region has instances of its own',
    confidence: 'documented',
    ask: asking('ec2', { region: 'eu-central-1' })(reader, describe({})),
    answer: success({ Reservations: [] }),
  },
  {
    section: SECTION,
    rule: 'a text that is no id is malformed',
    confidence: 'quoted',
    ask: ec2(reader, describe({ InstanceIds: ['worker'] })),
    answer: { status: 400, code: 'InvalidInstanceID.Malformed', message: 'Invalid id: "worker"' },
  },
  {
    section: SECTION,
    rule: 'filters take tags, and wildcards in their values',
    confidence: 'documented',
    ask: ec2(reader, describe({ Filters: [{ Name: 'tag:team', Values: ['pay*'] }] })),
    answer: success(only(WORKER)),
  },
  {
    section: SECTION,
    rule: 'all filters have to fit, each by one of its values',
    confidence: 'documented',
    ask: ec2(
      reader,
      describe({
        Filters: [
          { Name: 'tag:team', Values: ['payments', 'search'] },
          { Name: 'instance-state-name', Values: ['running'] },
          { Name: 'tag:Name', Values: ['ap?'] },
        ],
      }),
    ),
    answer: success(only(API)),
  },
  {
    section: SECTION,
    rule: 'a filter that there is not is refused',
    confidence: 'quoted',
    ask: ec2(reader, describe({ Filters: [{ Name: 'colour', Values: ['red'] }] })),
    answer: { status: 400, code: 'InvalidParameterValue', message: "The filter 'colour' is invalid" },
  },
  {
    section: SECTION,
    rule: 'DescribeInstances gives pages of MaxResults',
    confidence: 'documented',
    ask: async (sandbox: TestSandboxAws): Promise<Answer> => {
      const first = await ec2(reader, describe({ MaxResults: 5 }))(sandbox);
      const { NextToken } = first.result as { NextToken?: string };
      const second = await ec2(reader, describe({ MaxResults: 5, NextToken }))(sandbox);
      const { Reservations = [] } = second.result as { Reservations?: unknown[] };
      return { ...second, result: { hasToken: typeof NextToken, left: Reservations.length } };
    },
    answer: success({ hasToken: 'string', left: 2 }),
  },
  {
    section: SECTION,
    rule: 'pages have five instances at least',
    confidence: 'quoted',
    ask: ec2(reader, describe({ MaxResults: 3 })),
    answer: {
      status: 400,
      code: 'InvalidParameterValue',
      message: 'Value ( 3 ) for parameter maxResults is invalid. Expecting a value greater than 5.',
    },
  },
  {
    section: SECTION,
    rule: 'whoever names instances gets no pages',
    confidence: 'quoted',
    ask: ec2(reader, describe({ InstanceIds: [WORKER], MaxResults: 5 })),
    answer: {
      status: 400,
      code: 'InvalidParameterCombination',
      message: 'The parameter instancesSet cannot be used with the parameter maxResults',
    },
  },
  {
    section: SECTION,
    rule: 'an unknown key or a wrong secret are one error to EC2',
    confidence: 'quoted',
    ask: ec2(
      (sandbox) => ({ ...sandbox.keyOf(MANAGEMENT, 'reader'), secretAccessKey: 'wrong' }),
      describe({}),
    ),
    answer: {
      status: 401,
      code: 'AuthFailure',
      message: 'AWS was not able to validate the provided access credentials',
    },
  },
  {
    section: SECTION,
    rule: 'a region that the account has not turned on does not know its credentials',
    confidence: 'known',
    ask: asking('ec2', { region: 'af-south-1' })(reader, describe({})),
    answer: { status: 401, code: 'AuthFailure' },
  },
  {
    section: SECTION,
    rule: 'an action that there is not is not valid for this service',
    confidence: 'quoted',
    ask: (sandbox) =>
      signed(sandbox, {
        credentials: sandbox.keyOf(MANAGEMENT, 'reader'),
        service: 'ec2',
        body: 'Action=WalkInstances&Version=2016-11-15',
      }),
    answer: {
      status: 400,
      code: 'InvalidAction',
      message: 'The action WalkInstances is not valid for this web service.',
    },
  },
  {
    section: SECTION,
    rule: 'terminating needs an id',
    confidence: 'quoted',
    ask: (sandbox) =>
      signed(sandbox, {
        credentials: sandbox.keyOf(MANAGEMENT, 'reader'),
        service: 'ec2',
        body: 'Action=TerminateInstances&Version=2016-11-15',
      }),
    answer: {
      status: 400,
      code: 'MissingParameter',
      message: 'The request must contain the parameter InstanceId',
    },
  },
];
