const LEVELS: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'WARN',
  50: 'ERROR',
  60: 'FATAL',
};

/** Facts that every line has, and that say nothing to somebody in front of the machine. */
const LEFT_OUT: ReadonlySet<string> = new Set(['level', 'time', 'pid', 'hostname', 'msg']);

/** A line of the log (JSON, as pino writes it) for a person's eyes: `13:50:02 info  attempt  outcome=delivered …`. */
export function readableLine(json: string): string {
  const { level, time, msg = '', ...rest } = JSON.parse(json) as Record<string, unknown>;
  const clock = new Date(Number(time)).toTimeString().slice(0, 8);
  const facts = Object.entries(rest)
    .filter(([name, value]) => !LEFT_OUT.has(name) && value !== null && value !== undefined)
    .map(([name, value]) => `${name}=${textOf(value)}`);
  return `${[clock, (LEVELS[Number(level)] ?? String(level)).padEnd(5), msg, ...facts].join(' ')}\n`;
}

/** An error by its message: its stack is for the JSON lines. */
function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return 'message' in value ? String(value.message) : JSON.stringify(value);
}
