import { isSessionTag } from '../parameter-reader.ts';
import type { PassedTags } from '../session-tags.ts';
import { invalidAssertion } from './saml-errors.ts';

/** What an assertion wants of STS, by AWS's own attributes. Their names are exact. */
export interface WantedBySaml extends PassedTags {
  readonly roleSessionName: string;
  /** Pairs of role and provider, in the order of the assertion. */
  readonly roles: readonly { readonly roleArn: string; readonly providerArn: string }[];
  readonly sessionDurationSeconds: number | undefined;
  readonly sourceIdentity: string | undefined;
}

const PREFIX = 'https://aws.amazon.com/SAML/Attributes/';
const NAME = /^[a-zA-Z_0-9+=,.@-]{2,64}$/;

export function readAwsAttributes(attributes: ReadonlyMap<string, readonly string[]>): WantedBySaml {
  const values = (name: string): readonly string[] => attributes.get(PREFIX + name) ?? [];
  const [sourceIdentity, ...more] = values('SourceIdentity');
  if (more.length > 0 || (sourceIdentity !== undefined && !isSourceIdentity(sourceIdentity))) {
    throw invalidAssertion('Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"');
  }
  return {
    roleSessionName: readSessionName(values('RoleSessionName')),
    roles: readRoles(attributes),
    sessionDurationSeconds: readDuration(values('SessionDuration')),
    tags: readTags(attributes),
    transitiveTagKeys: values('TransitiveTagKeys'),
    sourceIdentity,
  };
}

export function isSourceIdentity(text: string): boolean {
  return NAME.test(text) && !text.toLowerCase().startsWith('aws:');
}

function readSessionName(values: readonly string[]): string {
  const [name] = values;
  if (name === undefined) throw invalidAssertion('RoleSessionName is required in AuthnResponse');
  if (values.length > 1 || !NAME.test(name)) {
    throw invalidAssertion('RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}');
  }
  return name;
}

/** Either may come first; a value that is not two ARNs offers nothing. */
export function readRoles(attributes: ReadonlyMap<string, readonly string[]>): WantedBySaml['roles'] {
  return (attributes.get(`${PREFIX}Role`) ?? []).flatMap((value) => {
    const [first = '', second = '', ...more] = value.split(',').map((part) => part.trim());
    if (second === '' || more.length > 0) return [];
    return first.includes(':saml-provider/')
      ? [{ roleArn: second, providerArn: first }]
      : [{ roleArn: first, providerArn: second }];
  });
}

function readDuration(values: readonly string[]): number | undefined {
  const [text] = values;
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (values.length > 1 || !/^\d{3,5}$/.test(text) || seconds < 900 || seconds > 43_200) {
    throw invalidAssertion(
      'SessionDuration in AuthnResponse must be a number of seconds between 900 and 43200',
    );
  }
  return seconds;
}

function readTags(attributes: ReadonlyMap<string, readonly string[]>): PassedTags['tags'] {
  const tagPrefix = `${PREFIX}PrincipalTag:`;
  const tags = [...attributes]
    .filter(([name]) => name.startsWith(tagPrefix))
    .map(([name, values]) => {
      const tag = { key: name.slice(tagPrefix.length), value: values[0] ?? '' };
      if (values.length !== 1 || !isSessionTag(tag)) {
        throw invalidAssertion(`PrincipalTag in AuthnResponse must have one value and legal characters`);
      }
      return tag;
    });
  if (tags.length > 50) throw invalidAssertion('More than 50 PrincipalTag attributes in AuthnResponse');
  return tags;
}
