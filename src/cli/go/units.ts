/** Sizes and durations for people, as go-units writes them. */
import { formatG } from '../../lib/template/decimal.ts';

const decimalUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB', 'ZB', 'YB'];
const binaryUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB', 'ZiB', 'YiB'];

/** Four significant digits (three with `precision: 3`) and a decimal unit: `5.61MB`. */
export function humanSize(bytes: number, options: { readonly precision?: number } = {}): string {
  return scaled(bytes, { base: 1000, units: decimalUnits, precision: options.precision ?? 4 });
}

/** Four significant digits and a binary unit: `31.25MiB`. */
export function bytesSize(bytes: number): string {
  return scaled(bytes, { base: 1024, units: binaryUnits, precision: 4 });
}

function scaled(
  bytes: number,
  options: { readonly base: number; readonly units: readonly string[]; readonly precision: number },
): string {
  let size = bytes;
  let index = 0;
  while (size >= options.base && index < options.units.length - 1) {
    size /= options.base;
    index += 1;
  }
  return formatG(size, options.precision) + (options.units[index] ?? '');
}

/** `Less than a second`, `3 minutes`, `About an hour`, … */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.trunc(milliseconds / 1000);
  if (seconds < 1) return 'Less than a second';
  if (seconds === 1) return '1 second';
  if (seconds < 60) return `${seconds} seconds`;
  const minutes = Math.trunc(milliseconds / 60_000);
  if (minutes === 1) return 'About a minute';
  if (minutes < 60) return `${minutes} minutes`;
  const hours = Math.trunc(milliseconds / 3_600_000 + 0.5);
  if (hours === 1) return 'About an hour';
  if (hours < 48) return `${hours} hours`;
  if (hours < 24 * 7 * 2) return `${Math.trunc(hours / 24)} days`;
  if (hours < 24 * 30 * 2) return `${Math.trunc(hours / 24 / 7)} weeks`;
  if (hours < 24 * 365 * 2) return `${Math.trunc(hours / 24 / 30)} months`;
  return `${Math.trunc(Math.trunc(milliseconds / 3_600_000) / 24 / 365)} years`;
}
