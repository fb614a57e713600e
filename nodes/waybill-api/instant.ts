/**
 * A time as n8n has it, in ISO 8601 with an offset: what a date picker gives has none and is meant in `timeZone` (IANA), expressions
 * give Luxon's times. Anything else stays as it is and is judged by Waybill. Undefined for an empty value.
 */
export function toInstant(value: unknown, timeZone: string): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (value instanceof Date) return value.toISOString();
  if (isLuxon(value)) return value.toISO();
  const text = String(value).trim();
  const local = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?$/.test(text);
  return local ? inZone(text, timeZone) : text;
}

function isLuxon(value: unknown): value is { toISO(): string } {
  return typeof value === 'object' && value !== null && 'toISO' in value && typeof value.toISO === 'function';
}

/** The second look is for days on which clocks change: the offset may be another one at the time found. */
function inZone(text: string, timeZone: string): string {
  const withTime = text.length === 10 ? `${text}T00:00` : text.replace(' ', 'T');
  const asUtcMs = Date.parse(`${withTime}Z`);
  if (Number.isNaN(asUtcMs)) return text;
  const guessMs = asUtcMs - offsetMs(asUtcMs, timeZone);
  return new Date(asUtcMs - offsetMs(guessMs, timeZone)).toISOString();
}

function offsetMs(atMs: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' }).formatToParts(atMs);
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours, minutes] = /GMT([+-])(\d\d):(\d\d)/.exec(name) ?? [];
  if (hours === undefined || minutes === undefined) return 0;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}
