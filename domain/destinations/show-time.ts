/** `2024-01-15 10:30:00 UTC` for an ISO 8601 time; what is no time is returned as it is. Destinations without dates of their own. */
export function showTime(isoTime: string): string {
  const time = Date.parse(isoTime);
  return Number.isNaN(time) ? isoTime : `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
