/** Where this sandbox, the broker and the people's identity providers are: known only when they listen. */
export interface Origins {
  readonly awsUrl: string;
  readonly brokerUrl: string;
  readonly identityProvidersUrl: string;
}

const NAMES = ['aws', 'broker', 'identityProviders'] as const;

/**
 * Replaces `${awsUrl}`, `${brokerUrl}`, `${identityProvidersUrl}`, and the same with `Host` for the origin
 * without its scheme, as it stands in the ARN of an OpenID provider and in its condition keys. IAM's own
 * variables (`${aws:username}`) have other names and stay.
 */
export function fillPlaceholders(value: unknown, origins: Origins): unknown {
  const words = NAMES.flatMap((name) => [
    { word: `\${${name}Url}`, by: origins[`${name}Url`] },
    { word: `\${${name}Host}`, by: new URL(origins[`${name}Url`]).host },
  ]);
  return fill(value, (text) =>
    text.includes('${')
      ? words.reduce((filled, { word, by }) => filled.replaceAll(word, () => by), text)
      : text,
  );
}

function fill(value: unknown, replace: (text: string) => string): unknown {
  if (typeof value === 'string') return replace(value);
  if (Array.isArray(value)) return value.map((item) => fill(item, replace));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [replace(key), fill(item, replace)]));
}
