/** Text of a provider that is only ever shown: the first usable value, or nothing. */
export function displayText(values: readonly string[] | undefined): string | undefined {
  const text = values?.[0]?.trim() ?? '';
  return text === '' || text.length > 256 || /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(text)
    ? undefined
    : text;
}
