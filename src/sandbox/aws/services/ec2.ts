import { AwsError } from '../wire/aws-error.ts';
import { authorize, policiesOf } from '../access/authorize.ts';
import type { AwsRequest } from '../wire/aws-request.ts';
import type { AwsState } from '../aws-state.ts';
import { type AwsCaller, authenticate } from '../access/caller.ts';
import { denialText } from '../access/denial-text.ts';
import { type Ec2Instances, TERMINATED } from './ec2-instances.ts';
import type { RecordDecision } from '../explain/recorded-decision.ts';
import type { CallRecord } from '../journal.ts';
import {
  type Parameters,
  readOperation,
  readParameters,
  type ResultTree,
  unknownOperation,
  type WireAnswer,
  xml,
  xmlTree,
} from '../wire/query-protocol.ts';
import { callerKeys, type ConditionKeys, requestKeys } from '../access/request-context.ts';
import type { InstanceData } from '../organization/world-data.ts';

/** Enough of EC2 to see what a credential can do: look at instances, terminate one. */

const NAMESPACE = 'http://ec2.amazonaws.com/doc/2016-11-15/';

interface Ec2Call {
  readonly aws: AwsState;
  readonly instances: Ec2Instances;
  readonly request: AwsRequest;
  readonly parameters: Parameters;
  readonly caller: AwsCaller;
  readonly region: string;
  readonly decided: RecordDecision;
}

const ACTIONS: ReadonlyMap<string, (call: Ec2Call) => ResultTree> = new Map([
  ['DescribeInstances', describeInstances],
  ['TerminateInstances', terminateInstances],
]);

export function createEc2(
  aws: AwsState,
  instances: Ec2Instances,
): (request: AwsRequest, record: CallRecord) => WireAnswer {
  return (request, record) => {
    record.service = 'ec2';
    try {
      const parameters = readParameters(request);
      record.action = (parameters.get('Action') ?? '').slice(0, 128);
      const operation = readOperation(parameters);
      const action = ACTIONS.get(operation.action);
      const { caller, region } = authenticated(request, aws);
      record.setCaller(caller, region);
      record.note({ instanceIds: instanceIds(parameters) });
      if (action === undefined) throw unknownOperation(operation);
      const result = action({
        aws,
        instances,
        request,
        parameters,
        caller,
        region,
        decided: (decision) => record.decided(decision),
      });
      record.succeeded();
      const body = xmlTree({ requestId: request.id, ...result });
      return xml(
        200,
        `<${operation.action}Response xmlns="${NAMESPACE}">${body}</${operation.action}Response>`,
      );
    } catch (error) {
      return ec2Error(request, record.failed(error));
    }
  };
}

/** EC2 has names of its own for what is wrong with credentials. */
function authenticated(request: AwsRequest, aws: AwsState): ReturnType<typeof authenticate> {
  try {
    return authenticate(request, 'ec2', aws);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    if (error.code === 'InvalidClientTokenId') {
      throw new AwsError('AuthFailure', 'AWS was not able to validate the provided access credentials', 401);
    }
    if (error.code === 'ExpiredToken') throw new AwsError('RequestExpired', 'Request has expired.', 400);
    throw error;
  }
}

export function ec2Error(request: AwsRequest, error: AwsError): WireAnswer {
  const body = xmlTree({
    Errors: { Error: { Code: error.code, Message: error.message } },
    RequestID: request.id,
  });
  return xml(error.status, `<?xml version="1.0" encoding="UTF-8"?><Response>${body}</Response>`);
}

function describeInstances(call: Ec2Call): ResultTree {
  requireAllowed(call, 'ec2:DescribeInstances', '*', new Map());
  const wanted = instanceIds(call.parameters);
  const found = wanted.length === 0 ? regional(call) : wanted.map((id) => existing(id, find(call, id)));
  if ([...call.parameters.keys()].some((name) => name.startsWith('Filter.'))) {
    throw new AwsError(
      'InvalidParameterValue',
      'The sandbox does not filter: list all instances, or name some.',
    );
  }
  return {
    reservationSet: {
      item: found.map((instance) => ({
        reservationId: instance.id.replace(/^i-/, 'r-'),
        ownerId: call.caller.account.id,
        instancesSet: { item: [describe(call, instance)] },
      })),
    },
  };
}

function describe({ instances, region }: Ec2Call, instance: InstanceData): ResultTree {
  const tags = Object.entries({ Name: instance.name, ...instance.tags });
  return {
    instanceId: instance.id,
    instanceState: { ...instances.stateOf(instance.id) },
    instanceType: instance.type,
    placement: { availabilityZone: `${region}a` },
    tagSet: { item: tags.map(([key, value]) => ({ key, value })) },
  };
}

function terminateInstances(call: Ec2Call): ResultTree {
  const ids = instanceIds(call.parameters);
  if (ids.length === 0) {
    throw new AwsError('MissingParameter', 'The request must contain the parameter InstanceId');
  }
  // All or nothing: an instance that may not be terminated saves the others.
  const instances = ids.map((id) => {
    const instance = find(call, id);
    const arn = `arn:aws:ec2:${call.region}:${call.caller.account.id}:instance/${id}`;
    requireAllowed(call, 'ec2:TerminateInstances', arn, tagKeys(instance));
    return existing(id, instance);
  });
  return {
    instancesSet: {
      item: instances.map(({ id }) => {
        const previousState = { ...call.instances.stateOf(id) };
        call.instances.terminate(id);
        return { instanceId: id, currentState: { ...TERMINATED }, previousState };
      }),
    },
  };
}

function regional({ caller, region }: Ec2Call): readonly InstanceData[] {
  return caller.account.instances.filter((instance) => instance.region === region);
}

/** Other accounts' instances, and other regions', are not there. */
function find(call: Ec2Call, id: string): InstanceData | undefined {
  if (!/^i-([0-9a-f]{8}|[0-9a-f]{17})$/.test(id)) {
    throw new AwsError('InvalidInstanceID.Malformed', `Invalid id: "${id.slice(0, 128)}"`);
  }
  return regional(call).find((instance) => instance.id === id);
}

function existing(id: string, instance: InstanceData | undefined): InstanceData {
  if (instance === undefined) {
    throw new AwsError('InvalidInstanceID.NotFound', `The instance ID '${id}' does not exist`);
  }
  return instance;
}

function instanceIds(parameters: Parameters): readonly string[] {
  return [...parameters].filter(([name]) => /^InstanceId\.\d+$/.test(name)).map(([, id]) => id);
}

function tagKeys(instance: InstanceData | undefined): ConditionKeys {
  const tags = instance === undefined ? [] : Object.entries({ Name: instance.name, ...instance.tags });
  return new Map(
    tags.flatMap(([key, value]) => [
      [`aws:ResourceTag/${key}`, [value]],
      [`ec2:ResourceTag/${key}`, [value]],
    ]),
  );
}

function requireAllowed(call: Ec2Call, action: string, resource: string, extra: ConditionKeys): void {
  const { caller, request, region } = call;
  const keys = new Map([
    ...requestKeys(request, region),
    ...callerKeys(caller, request.receivedAt),
    ...extra,
  ]);
  const resourceAccount = caller.account.id;
  const decision = authorize(call.aws.world, {
    caller,
    action,
    resource,
    resourceAccount,
    keys,
    decided: call.decided,
  });
  if (decision.allowed) return;
  const on = resource === '*' ? '' : ` on resource: ${resource}`;
  const policies = policiesOf(call.aws.world, caller);
  const encoded = call.aws.authorizationMessages.encode(
    { caller, action, resource, keys, policies, decision },
    request.receivedAt,
  );
  throw new AwsError(
    'UnauthorizedOperation',
    `You are not authorized to perform this operation. User: ${caller.arn} is not authorized to perform: ${action}${on} ${denialText(action, decision.reason)}. Encoded authorization failure message: ${encoded}`,
    403,
  );
}
