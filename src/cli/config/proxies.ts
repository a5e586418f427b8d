/** `proxies` of config.json: variables that containers and builds get unless they are told otherwise. */
import type { CommandContext } from '../command/command.ts';
import { isRecord } from '../../lib/json.ts';

const variables = {
  HTTP_PROXY: 'httpProxy',
  HTTPS_PROXY: 'httpsProxy',
  NO_PROXY: 'noProxy',
  FTP_PROXY: 'ftpProxy',
  ALL_PROXY: 'allProxy',
} as const;

/** In upper and in lower case; without those of `given`, names that may be told of a value. */
export function proxyVariables(
  { config, invocation }: CommandContext,
  given: readonly string[],
): Readonly<Record<string, string>> {
  const host = invocation.env['DOCKER_HOST'] || 'unix:///var/run/docker.sock';
  const proxies = config.record('proxies');
  const chosen = proxies[host] ?? proxies['default'];
  if (!isRecord(chosen)) return {};
  const entries = Object.entries(variables).flatMap(([name, field]) => {
    const value = chosen[field];
    if (typeof value !== 'string' || value === '') return [];
    return [name, name.toLowerCase()].map((variable) => [variable, value] as const);
  });
  return Object.fromEntries(entries.filter(([name]) => !given.includes(name)));
}
