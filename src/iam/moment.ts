const DAY = /^([0-9]{4}-[0-9]{2})(?:-[0-9]{2})?/;
const TIME = /^T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})$/;
/** Not four digits, which could be a year as well as seconds. */
const EPOCH_SECONDS = /^(?:[0-9]{1,3}|[0-9]{5,12})$/;

/**
 * A moment as condition values write it, in milliseconds since 1970: W3C's profile of ISO 8601 with a zone, a
 * day or a month (from its start, in UTC), or seconds since 1970.
 */
export function parseMoment(text: string): number | undefined {
  if (EPOCH_SECONDS.test(text)) return Number(text) * 1_000;
  const [day, month] = DAY.exec(text) ?? [];
  if (day === undefined) return undefined;
  const time = text.slice(day.length);
  if (time !== '' && (day === month || !TIME.test(time))) return undefined;
  // 31 February is read as a day in March.
  const dayStart = Date.parse(day);
  if (Number.isNaN(dayStart) || !new Date(dayStart).toISOString().startsWith(day)) return undefined;
  const moment = Date.parse(text);
  return Number.isNaN(moment) ? undefined : moment;
}
