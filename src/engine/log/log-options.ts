/** What a container's log driver is told: where its files are, how large and how many, and what each line carries. */
import type { ContainerConfig, HostConfig } from '../../api/container.ts';
import { containerPaths } from '../spec/paths.ts';
import { jsonFormat } from './json-format.ts';
import { localFormat } from './local-format.ts';
import type { LogFormat } from './log-format.ts';

export interface LogFileOptions {
  readonly path: string;
  /** To be made first; the other files lie where a start has made room already. */
  readonly ownDirectory?: string;
  readonly format: LogFormat;
  /** Beyond it a file is put aside. */
  readonly sizeBytesMax: number;
  /** How many files there are at most. */
  readonly fileCountMax: number;
}

/**
 * dockerd's json-file driver keeps everything unless told otherwise. The machine's disk is small, and
 * one container that prints without end must not fill it for all.
 */
const jsonSizeBytesDefault = 16 * 1024 * 1024;
const jsonFileCountDefault = 2;
const localSizeBytesDefault = 20_000_000;
const localFileCountDefault = 5;

/** Undefined for the driver that keeps nothing. */
export function logFileOptions(
  id: string,
  { config, hostConfig }: { readonly config: ContainerConfig; readonly hostConfig: HostConfig },
): LogFileOptions | undefined {
  const { Type: type = 'json-file', Config: given } = hostConfig.LogConfig ?? {};
  if (type === 'none') return undefined;
  const options = given ?? {};
  const { metadata } = containerPaths(id);
  const isLocal = type === 'local';
  const size = parseSize(options['max-size'] ?? '');
  const sizeDefault = isLocal ? localSizeBytesDefault : jsonSizeBytesDefault;
  const countDefault =
    size !== undefined ? 1 : isLocal ? localFileCountDefault : jsonFileCountDefault;
  const count = Number(options['max-file'] ?? (isLocal ? localFileCountDefault : countDefault));
  return {
    ...(isLocal ? { ownDirectory: `${metadata}/local-logs` } : {}),
    path: isLocal ? `${metadata}/local-logs/container.log` : `${metadata}/${id}-json.log`,
    format: isLocal ? localFormat : jsonFormat(logAttributes(config, hostConfig)),
    sizeBytesMax: size ?? sizeDefault,
    fileCountMax: count > 0 ? count : countDefault,
  };
}

/** Labels and variables that the driver was told to put beside each line, and its tag. */
export function logAttributes(
  config: ContainerConfig,
  hostConfig: HostConfig,
): Readonly<Record<string, string>> {
  const options = hostConfig.LogConfig?.Config ?? {};
  const names = (text = '') => text.split(',').filter(Boolean);
  const environment = Object.fromEntries(
    (config.Env ?? [])
      .filter((variable) => variable.includes('='))
      .map((variable) => {
        const equals = variable.indexOf('=');
        return [variable.slice(0, equals), variable.slice(equals + 1)];
      }),
  );
  const pick = (from: Readonly<Record<string, string>>, wanted?: string, pattern?: string) =>
    Object.entries(from).filter(
      ([name]) =>
        names(wanted).includes(name) || (pattern !== undefined && safePattern(pattern).test(name)),
    );
  return Object.fromEntries([
    ...pick(config.Labels ?? {}, options['labels'], options['labels-regex']),
    ...pick(environment, options['env'], options['env-regex']),
    ...(options['tag'] === undefined ? [] : [['tag', options['tag']] as const]),
  ]);
}

function safePattern(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch {
    return /(?!)/;
  }
}

const units: Readonly<Record<string, number>> = { b: 0, k: 1, m: 2, g: 3, t: 4, p: 5 };

/** `10m`, `1.5GB`, `1024`: powers of 1024, as the driver counts. Undefined when absent, -1 or none. */
function parseSize(text: string): number | undefined {
  const match = /^([0-9]+(?:\.[0-9]+)?) ?([kmgtp]?)i?b?$/i.exec(text.trim());
  if (match === null) return undefined;
  const [, number, unit = ''] = match;
  return Math.floor(Number(number) * 1024 ** (units[unit.toLowerCase() || 'b'] ?? 0));
}
