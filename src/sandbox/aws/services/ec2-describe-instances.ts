import { AwsError } from '../wire/aws-error.ts';
import type { InstanceData } from '../organization/world-data.ts';
import type { Parameters, ResultTree } from '../wire/query-protocol.ts';
import {
  checkDryRun,
  checkIds,
  type Ec2Call,
  existing,
  instanceIds,
  invalidParameter,
  regional,
  requireEc2,
  tagsOf,
} from './ec2-call.ts';
import { fitsFilters, readFilters } from './ec2-filters.ts';
import { byBytes, pageOf, pageToken, readPageToken } from './service-call.ts';

/** The sandbox's organization has no history: everything in it was made at once. */
const LAUNCHED = '2026-11-01T00:00:00.000Z';
const MAX_RESULTS = { min: 5, max: 1000 };

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html */
export function describeInstances(call: Ec2Call): ResultTree {
  const { parameters, instances, caller } = call;
  const ids = instanceIds(call);
  const filters = readFilters(parameters);
  const { after, size } = readPage(parameters, ids);
  requireEc2(call, 'ec2:DescribeInstances', '*');
  checkDryRun(call);
  checkIds(ids);
  const found = (ids.length === 0 ? regional(call) : existing(call, ids))
    .filter((instance) => fitsFilters(filters, { instance, instances, ownerId: caller.account.id }))
    .sort((a, b) => byBytes(a.id, b.id));
  const page = pageOf(found, ({ id }) => id, { after, size });
  return {
    reservationSet: {
      item: page.items.map((instance) => ({
        reservationId: instance.id.replace(/^i-/, 'r-'),
        ownerId: caller.account.id,
        groupSet: {},
        instancesSet: { item: [describeInstance(call, instance)] },
      })),
    },
    nextToken: page.next === undefined ? undefined : pageToken(page.next),
  };
}

function readPage(
  parameters: Parameters,
  ids: readonly string[],
): { after: string | undefined; size: number } {
  const text = parameters.get('MaxResults');
  const token = parameters.get('NextToken');
  if (text !== undefined && ids.length > 0) {
    throw new AwsError(
      'InvalidParameterCombination',
      'The parameter instancesSet cannot be used with the parameter maxResults',
    );
  }
  const after = token === undefined ? undefined : readPageToken(token);
  if (token !== undefined && after === undefined) throw invalidParameter('Invalid value for nextToken');
  return { after, size: text === undefined ? MAX_RESULTS.max : readMaxResults(text) };
}

function readMaxResults(text: string): number {
  const size = Number(text);
  const wrong = (what: string) =>
    invalidParameter(`Value ( ${text.slice(0, 64)} ) for parameter maxResults is invalid. ${what}`);
  if (!/^-?\d{1,9}$/.test(text)) throw wrong('Expecting an integer.');
  if (size < MAX_RESULTS.min) throw wrong(`Expecting a value greater than ${MAX_RESULTS.min}.`);
  return Math.min(size, MAX_RESULTS.max);
}

function describeInstance({ instances, region }: Ec2Call, instance: InstanceData): ResultTree {
  return {
    instanceId: instance.id,
    instanceState: { ...instances.stateOf(instance.id) },
    instanceType: instance.type,
    launchTime: LAUNCHED,
    placement: { availabilityZone: `${region}a`, tenancy: 'default' },
    tagSet: { item: Object.entries(tagsOf(instance)).map(([key, value]) => ({ key, value })) },
  };
}
