/** What the AWS CLI prints about Identity Center, known by its keys, wherever in the files it stands. */
import { z } from 'zod';
import {
  leftOut,
  quoted,
  type Findings,
  type FoundAccount,
  type ImportFile,
  type Place,
} from './findings.ts';
import { jsonDocuments } from './json-documents.ts';

export interface PermissionSet {
  readonly name: string;
  readonly description?: string;
  readonly seconds?: number;
  readonly relayState?: string;
  readonly at: Place;
}

export interface Assignment {
  readonly accountId: string;
  readonly permissionSetArn: string;
  readonly principalType: 'GROUP' | 'USER';
  readonly principalId: string;
  readonly at: Place;
}

interface NamedPrincipal {
  readonly name: string;
  readonly at: Place;
}

export interface Printed {
  readonly accounts: FoundAccount[];
  readonly permissionSets: Map<string, PermissionSet>;
  readonly assignments: Assignment[];
  readonly groups: Map<string, NamedPrincipal>;
  readonly users: Map<string, NamedPrincipal>;
}

interface Reading {
  readonly printed: Printed;
  readonly findings: Findings;
}

export function collectPrinted(files: readonly ImportFile[], findings: Findings): Printed {
  const printed: Printed = {
    accounts: [],
    permissionSets: new Map(),
    assignments: [],
    groups: new Map(),
    users: new Map(),
  };
  for (const { name, text } of files) {
    for (const { line, value } of jsonDocuments(text)) {
      readDocument(value, { file: name, place: `line ${line}` }, { printed, findings });
    }
  }
  return printed;
}

function readDocument(value: unknown, at: Place, reading: Reading): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    leftOut(reading.findings, at, 'this is no output of the AWS CLI: write it with --output json');
    return;
  }
  // `describe-group` and `describe-user` print one without a list around it.
  if ('GroupId' in value) READERS.get('Groups')?.(value, at, reading);
  else if ('UserId' in value) READERS.get('Users')?.(value, at, reading);
  else for (const [key, part] of Object.entries(value)) readPart(key, part, at, reading);
}

function readPart(key: string, part: unknown, at: Place, reading: Reading): void {
  const reader = READERS.get(key);
  const place = (inner: string): Place => ({ ...at, place: `${at.place}: ${inner}` });
  if (key === 'NextToken') {
    if (part !== null) leftOut(reading.findings, at, 'what comes after NextToken: list all of it');
  } else if (reader === undefined) {
    leftOut(reading.findings, at, `${quoted(key)} has no place in the catalogue`);
  } else if (Array.isArray(part)) {
    part.forEach((item: unknown, position) => reader(item, place(`${key}[${position}]`), reading));
  } else reader(part, place(key), reading);
}

type Reader = (value: unknown, at: Place, reading: Reading) => void;

/** What does not fit its shape is told by the name of the first member that does not. */
function reader<Schema extends z.ZodType>(
  schema: Schema,
  read: (value: z.output<Schema>, at: Place, reading: Reading) => void,
): Reader {
  return (value, at, reading) => {
    const parsed = schema.safeParse(value);
    if (parsed.success) read(parsed.data, at, reading);
    else
      leftOut(
        reading.findings,
        at,
        `${parsed.error.issues[0]?.path.join('.') ?? ''} is not as the AWS CLI prints it`,
      );
  };
}

const word = z.string().min(1).max(2_048);

const READERS: ReadonlyMap<string, Reader> = new Map([
  [
    'Accounts',
    reader(
      z.object({ Id: word, Name: word.optional(), Status: z.string().optional() }),
      ({ Id, Name, Status }, at, { printed, findings }) => {
        if (Status !== undefined && Status !== 'ACTIVE')
          leftOut(findings, at, `account ${quoted(Id)} is ${quoted(Status)}`);
        else printed.accounts.push({ id: Id, name: Name ?? Id, at });
      },
    ),
  ],
  [
    'PermissionSet',
    reader(
      z.object({
        Name: word,
        PermissionSetArn: word,
        Description: z.string().optional(),
        SessionDuration: z.string().optional(),
        RelayState: z.string().optional(),
      }),
      ({ Name, PermissionSetArn, Description, SessionDuration, RelayState }, at, { printed, findings }) => {
        const seconds = secondsOf(SessionDuration);
        if (SessionDuration !== undefined && seconds === undefined)
          leftOut(findings, at, `SessionDuration ${quoted(SessionDuration)}`);
        const relayState = URL.canParse(RelayState ?? '') ? RelayState : undefined;
        if (RelayState !== undefined && RelayState !== '' && relayState === undefined)
          leftOut(findings, at, `RelayState ${quoted(RelayState)} is no address`);
        printed.permissionSets.set(PermissionSetArn, {
          name: Name,
          ...(Description === undefined ? {} : { description: Description }),
          ...(seconds === undefined ? {} : { seconds }),
          ...(relayState === undefined ? {} : { relayState }),
          at,
        });
      },
    ),
  ],
  // The list alone says nothing about any of them; whichever matters is missed where it is assigned.
  ['PermissionSets', reader(word, () => undefined)],
  [
    'AccountAssignments',
    reader(
      z.object({
        AccountId: word,
        PermissionSetArn: word,
        PrincipalType: z.enum(['GROUP', 'USER']),
        PrincipalId: word,
      }),
      (each, at, { printed }) => {
        printed.assignments.push({
          accountId: each.AccountId,
          permissionSetArn: each.PermissionSetArn,
          principalType: each.PrincipalType,
          principalId: each.PrincipalId,
          at,
        });
      },
    ),
  ],
  [
    'Groups',
    reader(z.object({ GroupId: word, DisplayName: word }), ({ GroupId, DisplayName }, at, { printed }) => {
      printed.groups.set(GroupId, { name: DisplayName, at });
    }),
  ],
  [
    'Users',
    reader(z.object({ UserId: word, UserName: word }), ({ UserId, UserName }, at, { printed }) => {
      printed.users.set(UserId, { name: UserName, at });
    }),
  ],
]);

/** ISO 8601, as Identity Center writes it: `PT1H30M`. */
function secondsOf(duration: string | undefined): number | undefined {
  const [, hours, minutes, seconds] =
    /^PT(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,7})S)?$/.exec(duration ?? '') ?? [];
  const total = Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0);
  return total === 0 ? undefined : total;
}
