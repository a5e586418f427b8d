/**
 * Compiles a container's configuration into what the kernel is to do: the one place that knows
 * Docker's defaults. Pure: everything it needs of the machine was looked up before.
 */
import type { ContainerConfig, HostConfig } from '../../api/container.ts';
import type { NamespaceName } from '../../guest/plan.ts';
import { encodeProgram } from '../seccomp/bpf.ts';
import { compileSeccomp } from '../seccomp/compile.ts';
import { defaultSeccompProfile } from '../seccomp/default-profile.ts';
import { parseSeccompProfile } from '../seccomp/profile.ts';
import { containerCapabilities } from './capabilities.ts';
import { defaultMaskedPaths, defaultReadonlyPaths } from './default-paths.ts';
import { processEnv } from './environment.ts';
import type { MountPoint } from './mount-point.ts';
import type { ProcessUser } from './passwd.ts';
import { containerPaths, initLayerDir } from './paths.ts';
import { cgroupLimits, rlimitsOf } from './resources.ts';
import type { RuntimeSpec, SpecCapabilities, SpecNamespace, SpecProcess } from './runtime-spec.ts';
import { specMounts } from './spec-mounts.ts';

export interface SpecInput {
  readonly id: string;
  readonly config: ContainerConfig;
  readonly hostConfig: HostConfig;
  /** Entrypoint and command joined. */
  readonly args: readonly string[];
  readonly user: ProcessUser;
  /** Directories of the image's layers, topmost first. */
  readonly layerDirs: readonly string[];
  readonly mountPoints: readonly MountPoint[];
  /** Destinations whose mount source is a file. */
  readonly fileMounts: ReadonlySet<string>;
  /** The process whose namespace to join, for `container:…` modes. */
  readonly joinPids: Readonly<Partial<Record<NamespaceName, number>>>;
}

export function compileSpec(input: SpecInput): RuntimeSpec {
  const { id, config, hostConfig } = input;
  const paths = containerPaths(id);
  const privileged = hostConfig.Privileged === true;
  const unmasked = securityOptions(hostConfig).unmasked || privileged;
  return {
    process: specProcess(input),
    root: {
      path: paths.merged,
      readonly: hostConfig.ReadonlyRootfs === true,
      lowerDirs: [...new Set(input.layerDirs), initLayerDir],
      upperDir: paths.upper,
      workDir: paths.work,
    },
    hostname: config.Hostname ?? '',
    domainname: config.Domainname ?? '',
    mounts: specMounts(input),
    namespaces: namespacesOf(input),
    cgroupsPath: paths.cgroup,
    limits: cgroupLimits(hostConfig),
    sysctl: sysctlsOf(hostConfig),
    maskedPaths: unmasked ? [] : (hostConfig.MaskedPaths ?? defaultMaskedPaths),
    readonlyPaths: unmasked ? [] : (hostConfig.ReadonlyPaths ?? defaultReadonlyPaths),
    privileged,
  };
}

function specProcess(input: SpecInput): SpecProcess {
  const { config, hostConfig, user } = input;
  const terminal = config.Tty === true;
  const [rows, columns] = hostConfig.ConsoleSize ?? [0, 0];
  return {
    args: input.args,
    env: processEnv({
      configured: config.Env ?? [],
      hostname: config.Hostname ?? '',
      tty: terminal,
      home: user.home,
    }),
    cwd: config.WorkingDir || '/',
    terminal,
    consoleSize: { columns, rows },
    user,
    rlimits: rlimitsOf(hostConfig),
    oomScoreAdj: hostConfig.OomScoreAdj ?? 0,
    ...processSecurity({ hostConfig, user, privileged: hostConfig.Privileged === true }),
  };
}

/** What of a process depends on the container's security settings; exec needs it too. */
export function processSecurity(options: {
  readonly hostConfig: HostConfig;
  readonly user: ProcessUser;
  readonly privileged: boolean;
}): Pick<SpecProcess, 'capabilities' | 'noNewPrivileges' | 'seccomp'> {
  const { hostConfig, user, privileged } = options;
  const bounding = containerCapabilities({
    add: hostConfig.CapAdd ?? [],
    drop: hostConfig.CapDrop ?? [],
    privileged,
  });
  const { noNewPrivileges, seccomp } = securityOptions(hostConfig);
  const unconfined = privileged || seccomp === 'unconfined';
  return {
    capabilities: processCapabilities(bounding, user),
    noNewPrivileges,
    ...(unconfined ? {} : { seccomp: seccompProgram(seccomp, bounding) }),
  };
}

/** What execve gives: root has them all, others none but may gain them by set-user-ID programs. */
function processCapabilities(bounding: readonly string[], user: ProcessUser): SpecCapabilities {
  const own = user.uid === 0 ? bounding : [];
  return { bounding, permitted: own, effective: own, inheritable: [], ambient: [] };
}

const programs = new Map<string, Uint8Array>();
/** Compiled programs kept: the default one, and a few of others' making. */
const programCountMax = 8;

/** The same few programs serve nearly every container, and compiling takes milliseconds. */
function seccompProgram(profile: string, capabilities: readonly string[]): Uint8Array {
  const key = `${capabilities.join(' ')}\n${profile}`;
  const known = programs.get(key);
  if (known !== undefined) return known;
  const parsed = profile === '' ? defaultSeccompProfile : parseSeccompProfile(profile);
  const program = encodeProgram(compileSeccomp(parsed, capabilities));
  if (programs.size >= programCountMax) programs.clear();
  programs.set(key, program);
  return program;
}

export interface SecurityOptions {
  readonly noNewPrivileges: boolean;
  /** Empty for the default profile, `unconfined`, or JSON text. */
  readonly seccomp: string;
  /** `systempaths=unconfined`. */
  readonly unmasked: boolean;
}

/** Reads SecurityOpt; labels and AppArmor profiles are checked elsewhere and have no effect here. */
export function securityOptions(hostConfig: HostConfig): SecurityOptions {
  let noNewPrivileges = false;
  let seccomp = '';
  let unmasked = false;
  for (const option of hostConfig.SecurityOpt ?? []) {
    const [name = '', ...rest] = option.split(/[=:]/);
    const value = option.slice(name.length + 1);
    if (name === 'no-new-privileges') noNewPrivileges = rest.length === 0 || value === 'true';
    else if (name === 'seccomp') seccomp = value === 'builtin' ? '' : value;
    else if (name === 'systempaths') unmasked = value === 'unconfined';
  }
  return { noNewPrivileges, seccomp, unmasked };
}

function namespacesOf({ hostConfig, joinPids }: SpecInput): SpecNamespace[] {
  const shared = new Set<NamespaceName>();
  if (hostConfig.NetworkMode === 'host') shared.add('net');
  if (hostConfig.PidMode === 'host') shared.add('pid');
  if (hostConfig.IpcMode === 'host') shared.add('ipc');
  if (hostConfig.UTSMode === 'host') shared.add('uts');
  if (hostConfig.CgroupnsMode === 'host') shared.add('cgroup');
  const all: readonly NamespaceName[] = ['mnt', 'net', 'uts', 'pid', 'ipc', 'cgroup'];
  return all
    .filter((type) => !shared.has(type))
    .map((type) => {
      const pid = joinPids[type];
      return pid === undefined ? { type } : { type, pid };
    });
}

/** Unprivileged ports and ping, as Docker sets them in a network namespace of the container's own. */
function sysctlsOf(hostConfig: HostConfig): Readonly<Record<string, string>> {
  const network = hostConfig.NetworkMode ?? '';
  const own = network !== 'host' && !network.startsWith('container:');
  return {
    ...(own
      ? {
          'net.ipv4.ip_unprivileged_port_start': '0',
          'net.ipv4.ping_group_range': '0 2147483647',
        }
      : {}),
    ...hostConfig.Sysctls,
  };
}
