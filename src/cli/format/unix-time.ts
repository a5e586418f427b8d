/** Seconds since 1970 as Go prints a time: `2026-11-24 07:16:16 +0000 UTC`. */
export function unixTime(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().replace('T', ' ').slice(0, 19)} +0000 UTC`;
}

/** RFC 3339 without fraction. */
export function rfc3339(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}

/** RFC 3339 as Go prints a time of UTC; the fraction stays, without trailing zeros. */
export function goTime(text: string): string {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?Z$/.exec(text);
  if (match === null) return text;
  const fraction = (match[3] ?? '').replace(/\.?0+$/, '');
  return `${match[1]} ${match[2]}${fraction} +0000 UTC`;
}
