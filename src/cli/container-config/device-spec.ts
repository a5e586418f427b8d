/** `--device /dev/a[:/dev/b[:rwm]]` and `--gpus`. */
import type { DeviceMapping, DeviceRequest } from '../../api/container.ts';
import { cut } from '../flags/flag-spec.ts';
import { parseCsvLine } from '../../lib/csv.ts';
import { parseDecimal } from '../../lib/go-numbers.ts';
import { cleanPath } from '../../lib/posix-path.ts';

export function parseDevice(text: string): DeviceMapping {
  const parts = text.split(':');
  const [source = '', second, third] = parts;
  if (parts.length > 3 || source === '') throw new Error(`bad format for path: ${text}`);
  if (third !== undefined && !isDeviceMode(third)) {
    throw new Error(`bad mode specified: ${third}`);
  }
  const secondIsMode = third === undefined && second !== undefined && isDeviceMode(second);
  const inContainer = second === undefined || secondIsMode ? source : second;
  if (!inContainer.startsWith('/')) throw new Error(`${inContainer} is not an absolute path`);
  return {
    PathOnHost: second === undefined || secondIsMode ? cleanPath(source) : source,
    PathInContainer: third === undefined ? cleanPath(inContainer) : inContainer,
    CgroupPermissions: third ?? (secondIsMode ? second : 'rwm'),
  };
}

function isDeviceMode(text: string): boolean {
  return /^[rwm]{1,3}$/.test(text) && new Set(text).size === text.length;
}

export function parseGpuRequest(text: string): DeviceRequest {
  const seen = new Set<string>();
  let request: DeviceRequest = {};
  for (const field of parseCsvLine(text)) {
    const [key, value] = cut(field, '=');
    if (seen.has(key)) throw new Error(`gpu request key '${key}' can be specified only once`);
    seen.add(value === undefined ? 'count' : key);
    request = { ...request, ...gpuField({ key, value, field }) };
  }
  return {
    ...(seen.has('count') || request.DeviceIDs ? {} : { Count: 1 }),
    Options: {},
    Capabilities: [['gpu']],
    ...request,
  };
}

function gpuField(options: {
  readonly key: string;
  readonly value: string | undefined;
  readonly field: string;
}): DeviceRequest {
  const { key, value } = options;
  if (value === undefined) return { Count: gpuCount(key) };
  switch (key) {
    case 'driver':
      return { Driver: value };
    case 'count':
      return { Count: gpuCount(value) };
    case 'device':
      return { DeviceIDs: value.split(',') };
    case 'capabilities':
      return { Capabilities: [[...value.split(','), 'gpu']] };
    case 'options':
      return {
        Options: Object.fromEntries(
          parseCsvLine(value).map((pair) => [cut(pair, '=')[0], cut(pair, '=')[1] ?? '']),
        ),
      };
    default:
      throw new Error(`unexpected key '${key}' in '${options.field}'`);
  }
}

function gpuCount(text: string): number {
  if (text === 'all') return -1;
  const count = parseDecimal(text);
  if (count !== undefined) return count;
  throw new Error(
    `invalid count (${text}): value must be either "all" or an integer: invalid syntax`,
  );
}
