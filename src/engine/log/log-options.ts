/** What a container's log driver is told: where its files are, how large and how many, and what each line carries. */
import { containerPaths } from '../spec/paths.ts';
import { logAttributes, type LoggedContainer } from './log-attributes.ts';
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
export function logFileOptions(container: LoggedContainer): LogFileOptions | undefined {
  const { id, hostConfig } = container;
  const { Type: type = 'json-file', Config: given } = hostConfig.LogConfig ?? {};
  if (type === 'none') return undefined;
  const { metadata } = containerPaths(id);
  const isLocal = type === 'local';
  return {
    ...(isLocal ? { ownDirectory: `${metadata}/local-logs` } : {}),
    path: isLocal ? `${metadata}/local-logs/container.log` : `${metadata}/${id}-json.log`,
    format: isLocal ? localFormat : jsonFormat(readableAttributes(container)),
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

function readableAttributes(container: LoggedContainer): Readonly<Record<string, string>> {
  try {
    return logAttributes(container);
  } catch {
    return {};
  }
}
