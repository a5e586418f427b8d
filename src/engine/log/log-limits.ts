/** How large a log may become, as a driver's options say. Their mistakes are told when a container starts, as in dockerd. */
import { errorMessage, KindError } from '../../lib/errors.ts';
import { atoi, parseBool } from '../../lib/go-numbers.ts';
import { parseDecimalSize } from '../../lib/parse-size.ts';
import { logAttributes, type LoggedContainer } from './log-attributes.ts';

export type LogOptions = Readonly<Record<string, string>>;

export interface LogLimits {
  /** Beyond it a file is put aside. */
  readonly sizeBytesMax: number;
  /** How many files there are at most. */
  readonly fileCountMax: number;
  /** What was put aside is compressed. */
  readonly compress: boolean;
}

/**
 * dockerd's json-file driver keeps everything unless told otherwise. The machine's disk is small, and
 * one container that prints without end must not fill it for all.
 */
const jsonLimitsDefault: LogLimits = {
  sizeBytesMax: 16 * 1024 * 1024,
  fileCountMax: 2,
  compress: false,
};
const localLimitsDefault: LogLimits = { sizeBytesMax: 20_000_000, fileCountMax: 5, compress: true };

/** Rejects the start of a container whose log driver cannot be set up. */
export function checkLogDriver(container: LoggedContainer): void {
  const { LogConfig } = container.hostConfig;
  try {
    readLogLimits(LogConfig?.Type ?? 'json-file', LogConfig?.Config ?? {});
    logAttributes(container);
  } catch (error) {
    const message = `failed to initialize logging driver: ${errorMessage(error)}`;
    throw new KindError('system', message, { cause: error });
  }
}

/** Throws the driver's complaint. */
export function readLogLimits(type: string, options: LogOptions): LogLimits {
  if (type === 'none') return jsonLimitsDefault;
  return type === 'local' ? localLimits(options) : jsonLimits(options);
}

function jsonLimits(options: LogOptions): LogLimits {
  const { 'max-size': size, 'max-file': count, compress } = options;
  const sizeBytesMax = size === undefined ? undefined : parseDecimalSize(size);
  if (sizeBytesMax === 0) throw new Error('max-size must be a positive number');
  const fileCountMax = count === undefined ? 1 : atoi(count);
  if (fileCountMax < 1) throw new Error('max-file cannot be less than 1');
  const isCompressed = compress !== undefined && parseBool(compress);
  if (isCompressed && (fileCountMax === 1 || sizeBytesMax === undefined))
    throw new Error('compress cannot be true when max-file is less than 2 or max-size is not set');
  if (sizeBytesMax === undefined) return jsonLimitsDefault;
  return { sizeBytesMax, fileCountMax, compress: isCompressed };
}

function localLimits(options: LogOptions): LogLimits {
  const { 'max-size': size, 'max-file': count, compress } = options;
  const { sizeBytesMax, fileCountMax } = localLimitsDefault;
  const limits = {
    sizeBytesMax: size === undefined ? sizeBytesMax : naming('max-size', size, parseDecimalSize),
    fileCountMax: count === undefined ? fileCountMax : naming('max-file', count, atoi),
  };
  const isCompressed = compress === undefined || readCompress(compress);
  if (limits.fileCountMax < 0) throw new Error('max-file must not be negative');
  if (isCompressed && limits.fileCountMax <= 1)
    throw new Error('compression cannot be enabled when max file count is 1');
  // A size of 0 means no limit to dockerd; here that is the usual one.
  return {
    sizeBytesMax: limits.sizeBytesMax === 0 ? sizeBytesMax : limits.sizeBytesMax,
    fileCountMax: Math.max(1, limits.fileCountMax),
    compress: isCompressed,
  };
}

function naming(option: string, value: string, parse: (text: string) => number): number {
  try {
    return parse(value);
  } catch (error) {
    const message = `invalid value for ${option}: ${value}: ${errorMessage(error)}`;
    throw new Error(message, { cause: error });
  }
}

function readCompress(value: string): boolean {
  try {
    return parseBool(value);
  } catch (error) {
    throw new Error(`error reading compress log option: ${errorMessage(error)}`, { cause: error });
  }
}
