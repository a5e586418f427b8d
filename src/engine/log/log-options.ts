/** What a container's log driver is told: where its files are, how large and how many, and what each line carries. */
import type { ContainerConfig, HostConfig } from '../../api/container.ts';
import { containerPaths } from '../spec/paths.ts';
import { jsonFormat } from './json-format.ts';
import { localFormat } from './local-format.ts';
import type { LogFormat } from './log-format.ts';
import { readLogLimits, type LogLimits, type LogOptions } from './log-limits.ts';

export interface LogFileOptions extends LogLimits {
  readonly path: string;
  /** To be made first; the other files lie where a start has made room already. */
  readonly ownDirectory?: string;
  readonly format: LogFormat;
}

/** Undefined for the driver that keeps nothing. */
export function logFileOptions(
  id: string,
  { config, hostConfig }: { readonly config: ContainerConfig; readonly hostConfig: HostConfig },
): LogFileOptions | undefined {
  const { Type: type = 'json-file', Config: given } = hostConfig.LogConfig ?? {};
  if (type === 'none') return undefined;
  const { metadata } = containerPaths(id);
  const isLocal = type === 'local';
  return {
    ...(isLocal ? { ownDirectory: `${metadata}/local-logs` } : {}),
    path: isLocal ? `${metadata}/local-logs/container.log` : `${metadata}/${id}-json.log`,
    format: isLocal ? localFormat : jsonFormat(logAttributes(config, hostConfig)),
    ...readableLimits(type, given ?? {}),
  };
}

/** A container whose options cannot be read is never started, so it does not matter how large its log may be. */
function readableLimits(type: string, options: LogOptions): LogLimits {
  try {
    return readLogLimits(type, options);
  } catch {
    return readLogLimits(type, {});
  }
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
