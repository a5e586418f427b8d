/** Seconds since 1970 as Go prints a time: `2026-11-24 07:16:16 +0000 UTC`. */
export function unixTime(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().replace('T', ' ').slice(0, 19)} +0000 UTC`;
}

/** RFC 3339 without fraction. */
export function rfc3339(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}
