/** Times as Docker writes them. */

const never = '0001-01-01T00:00:00Z';

/** RFC 3339 with nine digits of fraction, as in logs. */
export function rfc3339Nano(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, -1)}000000Z`;
}

/** From seconds and nanoseconds, as Go encodes times in JSON. */
export function rfc3339NanoOf(seconds: number, nanoseconds: number): string {
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
  const fraction = String(nanoseconds).padStart(9, '0').replace(/0+$/, '');
  return fraction === '' ? `${whole}Z` : `${whole}.${fraction}Z`;
}

/** As Go encodes times in JSON: no trailing zeros; 0 is Go's zero time. */
export function jsonTime(milliseconds: number): string {
  if (milliseconds === 0) return never;
  return rfc3339Nano(milliseconds).replace(/\.?0+Z$/, 'Z');
}

/** `About a minute`, `3 hours`: how long something took, in the words of `docker ps`. */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 1) return 'Less than a second';
  if (seconds === 1) return '1 second';
  if (seconds < 60) return `${seconds} seconds`;
  const minutes = Math.floor(seconds / 60);
  if (minutes === 1) return 'About a minute';
  if (minutes < 60) return `${minutes} minutes`;
  const hours = Math.floor(minutes / 60 + 0.5);
  if (hours === 1) return 'About an hour';
  if (hours < 48) return `${hours} hours`;
  const days = Math.floor(hours / 24);
  if (hours < 24 * 7 * 2) return `${days} days`;
  if (hours < 24 * 30 * 2) return `${Math.floor(days / 7)} weeks`;
  if (hours < 24 * 365 * 2) return `${Math.floor(days / 30)} months`;
  return `${Math.floor(days / 365)} years`;
}
