/**
 * Compiles a container's configuration into what the kernel is to do: the one place that knows
 * Docker's defaults. Pure: everything it needs of the machine was looked up before.
 */
import type { ContainerConfig, HostConfig } from '../../api/container.ts';
import type { IdMapping } from '../../guest/id-mapping.ts';
import type { NamespaceName } from '../../guest/plan.ts';
import { encodeProgram } from '../seccomp/bpf.ts';
import { compileSeccomp } from '../seccomp/compile.ts';
import { defaultSeccompProfile } from '../seccomp/default-profile.ts';
import { parseSeccompProfile } from '../seccomp/profile.ts';
import { allCapabilities, containerCapabilities } from './capabilities.ts';
import { checkDeviceRequests, deviceRulesOf, type MachineDevices } from './devices.ts';
import { processEnv, replaceOrAppendEnv } from './environment.ts';
import type { MountPoint } from './mount-point.ts';
import type { ProcessUser } from './passwd.ts';
import { containerCgroup, containerPaths, initLayerDir } from './paths.ts';
import { cgroupLimits, rlimitsOf } from './resources.ts';
import type {
  RuntimeSpec,
  SeccompProgram,
  SpecCapabilities,
  SpecNamespace,
  SpecProcess,
} from './runtime-spec.ts';
import { parseSecurityOptions } from './security-options.ts';
import { initPath, specMounts, usesInit } from './spec-mounts.ts';
import { checkSysctls, sysctlsOf } from './sysctls.ts';
import type { Owner } from './user-namespace.ts';

export interface SpecInput {
  readonly id: string;
  readonly config: ContainerConfig;
  /** Beside those of the configuration; no text of the plan tells their values. */
  readonly secretEnv?: readonly string[];
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
  readonly devices: MachineDevices;
  /** The container whose /etc/hosts and the like are mounted, when it is not this one. */
  readonly etcOwner?: string;
  /** Where the shared memory is that the container joins: another's, or the machine's. */
  readonly joinedMemory?: string;
  /** Of the users in a user namespace; absent, they are the machine's. */
  readonly ids?: IdMapping;
  /** Who the container's files belong to; absent, the machine's root. */
  readonly owner?: Owner;
}

export function compileSpec(input: SpecInput): RuntimeSpec {
  const { id, config, hostConfig } = input;
  const paths = containerPaths(id);
  const namespaces = namespacesOf(input);
  const sysctl = sysctlsOf(hostConfig, { remapped: input.ids !== undefined });
  checkSysctls(sysctl, namespaces);
  checkDeviceRequests(hostConfig);
  const deviceRules = deviceRulesOf(hostConfig, input.devices);
  const ownUts = namespaces.some(({ type }) => type === 'uts');
  return {
    process: specProcess(input),
    root: {
      path: paths.merged,
      readonly: hostConfig.ReadonlyRootfs === true,
      lowerDirs: [...new Set(input.layerDirs), initLayerDir],
      upperDir: paths.upper,
      workDir: paths.work,
      ...(input.owner === undefined ? {} : { owner: input.owner }),
    },
    hostname: ownUts ? (config.Hostname ?? '') : '',
    domainname: ownUts ? (config.Domainname ?? '') : '',
    mounts: specMounts(input),
    namespaces,
    cgroupsPath: containerCgroup(id, hostConfig.CgroupParent),
    limits: [...cgroupLimits(hostConfig), ...input.devices.throttles],
    sysctl,
    maskedPaths: hostConfig.MaskedPaths ?? [],
    readonlyPaths: hostConfig.ReadonlyPaths ?? [],
    devices: input.devices.nodes,
    allDevices: hostConfig.Privileged === true,
    ...(deviceRules === undefined ? {} : { deviceRules }),
    ...(hostConfig.IpcMode === 'shareable'
      ? { sharedMemory: { path: paths.sharedMemory, sizeBytes: hostConfig.ShmSize ?? 0 } }
      : {}),
    keyring: keyringName(id),
    ...(input.ids === undefined ? {} : { ids: input.ids }),
  };
}

/** As runc names a container's session keyring. */
export function keyringName(id: string): string {
  return `_ses.${id}`;
}

function specProcess(input: SpecInput): SpecProcess {
  const { config, hostConfig, user, secretEnv = [] } = input;
  const terminal = config.Tty === true;
  const [rows, columns] = hostConfig.ConsoleSize ?? [0, 0];
  return {
    args: usesInit(hostConfig) ? [initPath, '--', ...input.args] : input.args,
    env: processEnv({
      configured: replaceOrAppendEnv(config.Env ?? [], secretEnv),
      hostname: config.Hostname ?? '',
      tty: terminal,
      home: user.home,
    }),
    secretNames: secretEnv.map((variable) => variable.split('=')[0] ?? ''),
    cwd: config.WorkingDir || '/',
    terminal,
    consoleSize: { columns, rows },
    user,
    rlimits: rlimitsOf(hostConfig),
    oomScoreAdj: hostConfig.OomScoreAdj ?? 0,
    ...processSecurity({ hostConfig, user }),
  };
}

/** What of a process depends on the container's security settings; exec needs it too. */
export function processSecurity(options: {
  readonly hostConfig: HostConfig;
  readonly user: ProcessUser;
  /** `docker exec --privileged`: every capability, but the container's seccomp filter all the same. */
  readonly allCapabilities?: boolean;
}): Pick<SpecProcess, 'capabilities' | 'noNewPrivileges' | 'seccomp'> {
  const { hostConfig, user } = options;
  const privileged = hostConfig.Privileged === true;
  const bounding = containerCapabilities({
    add: hostConfig.CapAdd ?? [],
    drop: hostConfig.CapDrop ?? [],
    privileged,
  });
  const { noNewPrivileges, seccomp } = parseSecurityOptions(hostConfig);
  const unconfined = seccomp === 'unconfined' || (privileged && seccomp === '');
  const program = unconfined ? undefined : seccompProgram(seccomp, bounding);
  const own = options.allCapabilities === true ? allCapabilities : bounding;
  return {
    capabilities: processCapabilities(own, user),
    noNewPrivileges,
    ...(program === undefined ? {} : { seccomp: program }),
  };
}

/** What execve gives: root has them all, others none but may gain them by set-user-ID programs. */
function processCapabilities(bounding: readonly string[], user: ProcessUser): SpecCapabilities {
  const own = user.uid === 0 ? bounding : [];
  return { bounding, permitted: own, effective: own, inheritable: [], ambient: [] };
}

const programs = new Map<string, SeccompProgram>();
/** Compiled programs kept: the default one, and a few of others' making. */
const programCountMax = 8;

/**
 * The same few programs serve nearly every container, and compiling takes milliseconds. Undefined for a
 * profile that says nothing at all.
 */
function seccompProgram(
  profile: string,
  capabilities: readonly string[],
): SeccompProgram | undefined {
  const key = `${capabilities.join(' ')}\n${profile}`;
  const known = programs.get(key);
  if (known !== undefined) return known;
  const builtin = profile === '' || profile === 'builtin';
  const parsed = builtin ? defaultSeccompProfile : parseSeccompProfile(profile);
  if (parsed === undefined) return undefined;
  const program = {
    program: encodeProgram(compileSeccomp(parsed, capabilities)),
    log: parsed.log === true,
  };
  if (programs.size >= programCountMax) programs.clear();
  programs.set(key, program);
  return program;
}

/** The user namespace last: whoever joins it may not join others of the machine's any more. */
function namespacesOf({ hostConfig, joinPids, ids }: SpecInput): SpecNamespace[] {
  const shared = new Set<NamespaceName>();
  if (hostConfig.NetworkMode === 'host') shared.add('net');
  if (hostConfig.PidMode === 'host') shared.add('pid');
  if (hostConfig.IpcMode === 'host') shared.add('ipc');
  if (hostConfig.UTSMode === 'host') shared.add('uts');
  if (hostConfig.CgroupnsMode === 'host') shared.add('cgroup');
  if (ids === undefined) shared.add('user');
  const all: readonly NamespaceName[] = ['mnt', 'net', 'uts', 'pid', 'ipc', 'cgroup', 'user'];
  return all
    .filter((type) => !shared.has(type))
    .map((type) => {
      const pid = joinPids[type];
      return pid === undefined ? { type } : { type, pid };
    });
}
