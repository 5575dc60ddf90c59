/** The form of a question about access, and the question in it. */
import type { AccessQuestion, Subject } from '../../../broker/explain-access.ts';
import { BrokerError } from '../../../core/errors.ts';
import { wishOf } from '../../access-fields.ts';
import type { ExplainFields } from './people-views.ts';

export function explainFields(read: (name: keyof ExplainFields) => string | undefined): ExplainFields {
  const text = (name: keyof ExplainFields): string => (read(name) ?? '').trim();
  const who = text('who');
  return {
    role: text('role'),
    who: who === 'application' || who === 'groups' ? who : 'person',
    connector: text('connector'),
    // Exact, as groups are: a space may be part of it.
    subject: read('subject') ?? '',
    application: text('application'),
    groups: read('groups') ?? '',
    attributes: read('attributes') ?? '',
    contexts: read('contexts') ?? '',
    purpose: text('purpose') === 'console' ? 'console' : 'credentials',
    mapping: text('mapping'),
    durationSeconds: text('durationSeconds'),
    sessionPolicy: text('sessionPolicy'),
  };
}

/** @throws BrokerError `request.malformed`, `duration` */
export function questionIn(fields: ExplainFields): AccessQuestion {
  const { role, purpose, mapping, durationSeconds, sessionPolicy } = fields;
  if (role === '') throw new BrokerError('request.malformed', { hint: 'Name a role by its id.' });
  const { access } = wishOf(role, {
    mapping: given(mapping),
    durationSeconds: given(durationSeconds),
    sessionPolicy: given(sessionPolicy),
  });
  return { subject: subjectIn(fields), request: { ...access, purpose } };
}

function subjectIn({
  who,
  connector: connectorId,
  subject,
  application,
  ...identity
}: ExplainFields): Subject {
  if (who === 'application') return { application };
  if (who === 'person') return { person: { connectorId, subject } };
  const groups = linesOf(identity.groups);
  const attributes = attributesIn(identity.attributes);
  return { identity: { connectorId, subject, groups, attributes }, contexts: linesOf(identity.contexts) };
}

function attributesIn(text: string): ReadonlyMap<string, readonly string[]> {
  const attributes = new Map<string, string[]>();
  for (const line of linesOf(text)) {
    const at = line.indexOf('=');
    if (at < 1) throw new BrokerError('request.malformed', { hint: 'Write attributes as name=value.' });
    const name = line.slice(0, at);
    attributes.set(name, [...(attributes.get(name) ?? []), line.slice(at + 1)]);
  }
  return attributes;
}

/** Browsers send lines with CR and LF. */
function linesOf(text: string): readonly string[] {
  return text.split(/\r?\n/).filter((line) => line !== '');
}

function given(text: string): string | undefined {
  return text === '' ? undefined : text;
}
