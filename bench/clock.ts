/** Milliseconds since 1970 with fractions; monotonic, and comparable between processes on one machine. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}
