/** Times as people read them. */

/** `12 µs`, `3.4 ms`, `1.20 s`; empty where nobody measured. */
export function durationText(microseconds: number): string {
  if (microseconds <= 0) return '';
  if (microseconds < 1000) return `${Math.round(microseconds)} µs`;
  if (microseconds < 1_000_000) return `${(microseconds / 1000).toFixed(1)} ms`;
  return `${(microseconds / 1_000_000).toFixed(2)} s`;
}
