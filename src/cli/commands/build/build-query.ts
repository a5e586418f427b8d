/** Parameters of `POST /build` that both builders take. */
import { authHeader } from '../../config/auth-entry.ts';
import type { CommandContext } from '../../command/command.ts';
import { proxyVariables } from '../../config/proxies.ts';
import type { Query } from '../../../client/api-client.ts';
import type { ParsedFlags } from '../../flags/parsed-flags.ts';

/** `NAME=value` each, the last of a name winning; what has no equals sign gets `missing`. */
export function keyValueMap<Missing>(
  list: readonly string[],
  missing: (name: string) => Missing,
): Record<string, string | Missing> {
  return Object.fromEntries(
    list.map((item) => {
      const equals = item.indexOf('=');
      return equals < 0 ? [item, missing(item)] : [item.slice(0, equals), item.slice(equals + 1)];
    }),
  );
}

/** Only what was said is sent: the engine has the defaults. */
export function buildQuery(
  context: CommandContext,
  { epochVariable = '' }: { readonly epochVariable?: string } = {},
): Query {
  const { flags, invocation } = context;
  const epoch = invocation.env[epochVariable];
  const given = keyValueMap(flags.list('build-arg'), (name) => invocation.env[name] ?? null);
  const buildArgs = {
    // buildx hands it on by itself.
    ...(epoch === undefined ? {} : { [epochVariable]: epoch }),
    ...given,
    ...proxyVariables(context, Object.keys(given)),
  };
  const labels = keyValueMap(flags.list('label'), () => '');
  return {
    t: flags.list('tag'),
    nocache: flags.bool('no-cache') || undefined,
    pull: flags.bool('pull') || undefined,
    networkmode: flags.string('network'),
    target: flags.string('target') || undefined,
    cgroupparent: flags.string('cgroup-parent') || undefined,
    shmsize: flags.number('shm-size') || undefined,
    extrahosts: flags.list('add-host'),
    ulimits: flags.list('ulimit').length > 0 ? json(flags.values('ulimit')) : undefined,
    buildargs: Object.keys(buildArgs).length > 0 ? json(buildArgs) : undefined,
    labels: Object.keys(labels).length > 0 ? json(labels) : undefined,
    cachefrom: flags.list('cache-from').length > 0 ? json(flags.list('cache-from')) : undefined,
  };
}

/** Credentials of all registries: which ones the Dockerfile needs, the engine sees. */
export function registryHeaders({ config }: CommandContext): Record<string, string> {
  return { 'x-registry-config': authHeader(config.allAuths()) };
}

/** Limits that the classic builder alone puts on RUN. */
export function limitsQuery(flags: ParsedFlags): Query {
  return {
    memory: flags.number('memory') || undefined,
    memswap: flags.number('memory-swap') || undefined,
    cpushares: flags.number('cpu-shares') || undefined,
    cpuperiod: flags.number('cpu-period') || undefined,
    cpuquota: flags.number('cpu-quota') || undefined,
    cpusetcpus: flags.string('cpuset-cpus') || undefined,
    cpusetmems: flags.string('cpuset-mems') || undefined,
  };
}

function json(value: unknown): string {
  return JSON.stringify(value);
}
