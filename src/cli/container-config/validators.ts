/** Checks of single flag values of `run` and `create`, with Docker's words. */
import { parseDecimal, parseUnsigned } from '../../lib/go-numbers.ts';
import { goQuote } from '../../lib/go-quote.ts';
import { parseSize } from '../../lib/parse-size.ts';
import { cut } from '../flags/flag-spec.ts';
import type { ThrottleDevice, Ulimit, WeightDevice } from '../../api/container.ts';

export function validateAttach(text: string): string {
  const stream = text.toLowerCase();
  if (['stdin', 'stdout', 'stderr'].includes(stream)) return stream;
  throw new Error('valid streams are STDIN, STDOUT and STDERR');
}

export function validateEnv(text: string): string {
  if (cut(text, '=')[0] === '') throw new Error(`invalid environment variable: ${text}`);
  return text;
}

export function validateLabel(text: string): string {
  const key = cut(text, '=')[0].replace(/^[ \t]+/, '');
  if (key === '') throw new Error(`invalid label '${text}': empty name`);
  if (/[ \t]/.test(key)) throw new Error(`label '${key}' contains whitespaces`);
  return text;
}

export function validateIpAddress(text: string): string {
  const address = text.trim();
  if (isIpAddress(address)) return address;
  throw new Error(`IP address is not correctly formatted: ${text}`);
}

export function validateDnsSearch(text: string): string {
  const domain = text.replace(/^ +| +$/g, '');
  if (domain === '.') return domain;
  const label = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?';
  const match = new RegExp(`^(${label}(?:\\.${label})*)\\.?\\s*$`).exec(domain);
  if (!/[a-zA-Z]/.test(domain) || match?.[1] === undefined || match[1].length >= 255) {
    throw new Error(`${domain} is not a valid domain`);
  }
  return match[1];
}

export function validateExtraHost(text: string): string {
  const [name, address] = text.includes('=') ? cut(text, '=') : cut(text, ':');
  if (address === undefined || name === '' || name.includes(':')) {
    throw new Error(`bad format for add-host: ${goQuote(text)}`);
  }
  if (address === 'host-gateway') return `${name}:${address}`;
  const bare = /^\[.+\]$/.test(address) ? address.slice(1, -1) : address;
  if (!isIpAddress(bare.trim())) {
    throw new Error(`invalid IP address in add-host: ${goQuote(bare)}`);
  }
  return `${name}:${bare}`;
}

export function validateLink(text: string): string {
  if (text === '') throw new Error('empty string specified for links');
  if (text.split(':').length > 2) throw new Error(`bad format for links: ${text}`);
  return text;
}

const namespacedSysctls = [
  'kernel.msgmax',
  'kernel.msgmnb',
  'kernel.msgmni',
  'kernel.sem',
  'kernel.shmall',
  'kernel.shmmax',
  'kernel.shmmni',
  'kernel.shm_rmid_forced',
];

export function validateSysctl(text: string): string {
  const [key, value] = cut(text, '=');
  const known =
    namespacedSysctls.includes(key) || key.startsWith('net.') || key.startsWith('fs.mqueue.');
  if (value === undefined || !known) throw new Error(`sysctl '${text}' is not allowed`);
  return text;
}

export function validateDeviceCgroupRule(text: string): string {
  if (/^[acb] ([0-9]+|\*):([0-9]+|\*) [rwm]{1,3}$/.test(text)) return text;
  throw new Error(`invalid device cgroup format '${text}'`);
}

/** Billionths of a CPU. */
export function parseCpus(text: string): number {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text);
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match ?? [];
  const ratio = /^([+-]?\d+)\/(\d+)$/.exec(text);
  if (ratio !== null)
    return wholeNano(BigInt(ratio[1] ?? '0') * 1_000_000_000n, BigInt(ratio[2] ?? '1'));
  if (match === null || whole + fraction === '') {
    throw new Error(`failed to parse ${text} as a rational number`);
  }
  const shift = 9 + Number(exponent) - fraction.length;
  const digits = BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}`);
  if (shift >= 0) return wholeNano(digits * 10n ** BigInt(shift), 1n);
  return wholeNano(digits, 10n ** BigInt(-shift));
}

function wholeNano(numerator: bigint, denominator: bigint): number {
  if (numerator % denominator !== 0n) throw new Error('value is too precise');
  return Number(numerator / denominator);
}

export function parseMemorySwap(text: string): number {
  return text === '-1' ? -1 : parseSize(text);
}

const ulimitNames = [
  'core',
  'cpu',
  'data',
  'fsize',
  'locks',
  'memlock',
  'msgqueue',
  'nice',
  'nofile',
  'nproc',
  'rss',
  'rtprio',
  'rttime',
  'sigpending',
  'stack',
];

export function parseUlimit(text: string): Ulimit {
  const [name, limits] = cut(text, '=');
  if (limits === undefined) throw new Error(`invalid ulimit argument: ${text}`);
  if (!ulimitNames.includes(name)) throw new Error(`invalid ulimit type: ${name}`);
  const parts = limits.split(':');
  if (parts.length > 2) {
    throw new Error(
      `too many limit value arguments - ${limits}, can only have up to two, \`soft[:hard]\``,
    );
  }
  const [soft = '', hard] = parts;
  const hardValue = hard === undefined ? undefined : limitValue(hard);
  const softValue = limitValue(soft);
  const ulimit: Ulimit = { Name: name, Soft: softValue, Hard: hardValue ?? softValue };
  const rule = 'ulimit soft limit must be less than or equal to hard limit:';
  if (ulimit.Hard !== -1 && ulimit.Soft === -1) {
    throw new Error(`${rule} soft: -1 (unlimited), hard: ${ulimit.Hard}`);
  }
  if (ulimit.Hard !== -1 && ulimit.Soft > ulimit.Hard) {
    throw new Error(`${rule} ${ulimit.Soft} > ${ulimit.Hard}`);
  }
  return ulimit;
}

function limitValue(text: string): number {
  const value = parseDecimal(text);
  if (value !== undefined) return value;
  throw new Error(`strconv.ParseInt: parsing ${goQuote(text)}: invalid syntax`);
}

export function parseWeightDevice(text: string): WeightDevice {
  const [path, weight] = devicePath(text);
  const value = parseDecimal(weight) ?? -1;
  if (value !== 0 && (value < 10 || value > 1000)) {
    throw new Error(`invalid weight for device: ${text}`);
  }
  return { Path: path, Weight: value };
}

export function parseBpsDevice(text: string): ThrottleDevice {
  const [path, rate] = devicePath(text);
  try {
    return { Path: path, Rate: parseSize(rate) };
  } catch (error) {
    throw new Error(
      `invalid rate for device: ${text}. The correct format is <device-path>:<number>[<unit>]. ` +
        'Number must be a positive integer. Unit is optional and can be kb, mb, or gb',
      { cause: error },
    );
  }
}

export function parseIopsDevice(text: string): ThrottleDevice {
  const [path, rate] = devicePath(text);
  try {
    return { Path: path, Rate: parseUnsigned(rate, { bits: 64 }) };
  } catch (error) {
    throw new Error(
      `invalid rate for device: ${text}. The correct format is <device-path>:<number>. ` +
        'Number must be a positive integer',
      { cause: error },
    );
  }
}

function devicePath(text: string): [string, string] {
  const [path, value] = cut(text, ':');
  if (value === undefined || path === '') throw new Error(`bad format: ${text}`);
  if (!path.startsWith('/dev/')) throw new Error(`bad format for device path: ${text}`);
  return [path, value];
}

export function isIpAddress(text: string): boolean {
  const quads = text.split('.');
  if (quads.length === 4) {
    return quads.every((quad) => /^(0|[1-9]\d{0,2})$/.test(quad) && Number(quad) <= 255);
  }
  return text.includes(':') && isIpv6Address(text);
}

function isIpv6Address(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return false;
  return halves.length === 2 ? groups.length < 8 : groups.length === 8;
}
