/** Checks which log driver a container asks for, and whether the driver knows its options. */
import type { LogConfig } from '../../api/container.ts';
import { KindError } from '../../lib/errors.ts';

export const logDrivers = ['json-file', 'local', 'none'] as const;
export const logDriverDefault = 'json-file';

/** `64m`, `1.5 GiB`, `1024`. */
export const sizePattern = /^[0-9]+(\.[0-9]+)? ?([kmgtp]?i?b?)$/i;

const tagOptions = ['labels', 'labels-regex', 'env', 'env-regex', 'tag'];
const optionsOfDriver: Readonly<Record<string, readonly string[]>> = {
  'json-file': ['max-file', 'max-size', 'compress', ...tagOptions],
  local: ['max-file', 'max-size', 'compress'],
};

/** Gives the configuration with driver and options filled in; rejects in dockerd's words. */
export function checkLogConfig(config: LogConfig | null | undefined): LogConfig {
  const type = config?.Type || logDriverDefault;
  const options = config?.Config ?? {};
  if (type === 'none') return { Type: type, Config: options };
  const { mode = '', 'max-buffer-size': bufferSize, ...rest } = options;
  if (!['', 'blocking', 'non-blocking'].includes(mode))
    throw invalid(`logger: logging mode not supported: ${mode}`);
  if (bufferSize !== undefined) {
    if (mode !== 'non-blocking')
      throw invalid("logger: max-buffer-size option is only supported with 'mode=non-blocking'");
    if (!sizePattern.test(bufferSize))
      throw invalid(`error parsing option max-buffer-size: invalid size: '${bufferSize}'`);
  }
  const known = optionsOfDriver[type];
  if (known === undefined)
    throw invalid(`error looking up logging plugin ${type}: plugin "${type}" not found`);
  for (const name of Object.keys(rest))
    if (!known.includes(name))
      throw invalid(
        type === 'local'
          ? `unknown log opt '${name}' for log driver local`
          : `unknown log opt '${name}' for ${type} log driver`,
      );
  return { Type: type, Config: options };
}

function invalid(message: string): KindError {
  return new KindError('invalidParameter', message);
}
