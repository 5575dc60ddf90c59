/**
 * By which name a provider will later ask us to end a session. Both ends of single logout meet here: what a
 * sign-in is kept under, and what a logout request selects.
 */
import type { SessionSelector } from '../../core/ports/stores.ts';
import type { NameId } from './read-name-id.ts';

/** How an assertion names a person's session at the provider. */
interface NamedSession {
  /** Undefined only where the subject is taken from an attribute. */
  readonly nameId: NameId | undefined;
  readonly sessionIndex: string | undefined;
}

interface NamingSettings {
  readonly id: string;
  readonly subjectAttribute?: string | undefined;
}

/**
 * What the session is kept under. Where the subject comes from an attribute, a logout request names somebody
 * whom our sessions do not: then the NameID itself is the name, and all sessions it stands for end together.
 */
export function providerSessionOf(settings: NamingSettings, named: NamedSession): string | undefined {
  if (settings.subjectAttribute === undefined) return named.sessionIndex;
  return named.nameId === undefined ? undefined : nameIdKey(named.nameId.value);
}

/** What a logout request of ours must say to be understood; undefined where the provider gave no name. */
export function connectorStateOf({ nameId, sessionIndex }: NamedSession): Record<string, string> | undefined {
  if (nameId === undefined) return undefined;
  const { value, format, nameQualifier, spNameQualifier } = nameId;
  return {
    nameId: value,
    ...(format === undefined ? {} : { nameIdFormat: format }),
    ...(nameQualifier === undefined ? {} : { nameQualifier }),
    ...(spNameQualifier === undefined ? {} : { spNameQualifier }),
    ...(sessionIndex === undefined ? {} : { sessionIndex }),
  };
}

/** The sessions that a logout request for this name ends: one session index, or everything of the person. */
export function sessionsNamed(
  settings: NamingSettings,
  { nameId, sessionIndex }: { readonly nameId: string; readonly sessionIndex?: string | undefined },
): SessionSelector {
  const connectorId = settings.id;
  if (settings.subjectAttribute !== undefined) return { connectorId, providerSession: nameIdKey(nameId) };
  return sessionIndex === undefined
    ? { connectorId, subject: nameId }
    : { connectorId, subject: nameId, providerSession: sessionIndex };
}

/** Apart from every SessionIndex, which XML leaves without a line break at its start. */
function nameIdKey(nameId: string): string {
  return `\nname id ${nameId}`;
}
