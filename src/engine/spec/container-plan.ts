/**
 * The setup plan of a container's start: how a runtime spec becomes system calls, in the order that
 * the kernel's rules demand. Pure; golden files in the test show whole plans.
 *
 * Until pivot_root, paths of the container are resolved inside its root (`root`), because an image's
 * symlinks may point anywhere. After it, plain paths cannot leave the container.
 */
import type {
  CloneOptions,
  MountFlag,
  SetupOperation,
  SetupPlan,
  SetupStep,
} from '../../guest/plan.ts';
import { defaultDeviceLinks, defaultDevices } from './default-paths.ts';
import { compileDeviceFilter, defaultDeviceRules } from './device-filter.ts';
import { privateDeviceNames } from './devices.ts';
import { parseMountOptions } from './mount-options.ts';
import { cgroupControllers, cgroupMount, cgroupRoot } from './paths.ts';
import { processSteps } from './process-steps.ts';
import type { RuntimeSpec, SpecDevice, SpecMount } from './runtime-spec.ts';
import { sysctlPath } from './sysctls.ts';
import { step } from './step.ts';
import {
  becomeRootStep,
  boundDeviceSteps,
  idMapSteps,
  machineRoot,
  ownerSteps,
  ownRootStep,
  streamSteps,
} from './user-namespace.ts';

export interface ContainerFiles {
  /** Content by path, for the machine's side of /etc/hosts and its like. */
  readonly files: readonly { readonly path: string; readonly content: string }[];
  readonly directory: string;
}

export interface ContainerPlanOptions {
  readonly metadata: ContainerFiles;
  /** How the root is mounted; empty when it is already. */
  readonly rootSteps: readonly SetupStep[];
  /** How the container gets onto its networks. */
  readonly network?: {
    readonly before: readonly SetupStep[];
    readonly parent: readonly SetupStep[];
    readonly child: readonly SetupStep[];
  };
}

export function containerPlan(spec: RuntimeSpec, options: ContainerPlanOptions): SetupPlan {
  return {
    before: [
      ...options.rootSteps,
      ...metadataSteps(options.metadata, spec),
      ...(spec.ids === undefined ? workingDirectorySteps(spec) : []),
      ...streamSteps(spec.process, spec.ids),
      ...sharedMemorySteps(spec),
      ...cgroupSteps(spec),
      ...(options.network?.before ?? []),
    ],
    clone: cloneOptions(spec),
    parent: [...mappingSteps(spec), ...parentSteps(spec), ...(options.network?.parent ?? [])],
    child: [
      ...(spec.ids === undefined ? [] : [becomeRootStep()]),
      ...sessionSteps(spec),
      ...(options.network?.child ?? []),
      ...mountSteps(spec),
      ...machineDeviceSteps(spec),
      ...pivotSteps(spec),
      ...deviceSteps(spec),
      ...identitySteps(spec),
      ...restrictionSteps(spec),
      ...processSteps(spec.process),
    ],
  };
}

function metadataSteps({ directory, files }: ContainerFiles, { root }: RuntimeSpec): SetupStep[] {
  const cause = 'Write what the container sees as its hostname, hosts and resolv.conf';
  return [
    step(
      { op: 'mkdir', path: directory, mode: 0o710, parents: true },
      'Keep files about the container',
    ),
    ...files.map(({ path, content }) =>
      step(
        { op: 'writeFile', path, content: new TextEncoder().encode(content), mode: 0o644 },
        cause,
      ),
    ),
    ...ownerSteps([directory, ...files.map(({ path }) => path)], root.owner ?? machineRoot),
  ];
}

function workingDirectorySteps({ process, root }: RuntimeSpec): SetupStep[] {
  if (process.cwd === '/') return [];
  const operation: SetupOperation = {
    op: 'mkdir',
    path: process.cwd,
    mode: 0o755,
    parents: true,
    root: root.path,
  };
  return [step(operation, 'Make the working directory if the image has none')];
}

/** Mounted on the machine, so that containers that join can bind it. */
function sharedMemorySteps({ sharedMemory, root }: RuntimeSpec): SetupStep[] {
  if (sharedMemory === undefined) return [];
  const owner = root.owner === undefined ? '' : `,uid=${root.owner.uid},gid=${root.owner.gid}`;
  const { path, sizeBytes } = sharedMemory;
  return [
    step(
      { op: 'mkdir', path, mode: root.owner === undefined ? 0o700 : 0o711, parents: true },
      'A place for memory that others may join',
    ),
    step(
      mountOperation({
        source: 'shm',
        target: path,
        fstype: 'tmpfs',
        flags: ['nosuid', 'nodev', 'noexec'],
        data: `mode=1777,size=${sizeBytes}${owner}`,
      }),
      'Shared memory is a file system, and this one others may join',
    ),
  ];
}

function cgroupSteps(spec: RuntimeSpec): SetupStep[] {
  const path = spec.cgroupsPath;
  return [
    ...cgroupParentSteps(path),
    step(
      { op: 'mkdir', path, mode: 0o755, parents: true },
      'Make a control group, to limit and count what the container uses',
    ),
    ...spec.limits.map(({ file, value, cause }) =>
      step({ op: 'write', path: `${path}/${file}`, content: value }, cause),
    ),
    ...deviceFilterSteps(spec),
  ];
}

/** The controllers reach a group only when every parent passes them on; Docker's own parent does. */
function cgroupParentSteps(path: string): SetupStep[] {
  const names = path
    .slice(cgroupMount.length + 1)
    .split('/')
    .slice(0, -1);
  if (`${cgroupMount}/${names.join('/')}` === cgroupRoot) return [];
  const parents = names.map((_, index) => `${cgroupMount}/${names.slice(0, index + 1).join('/')}`);
  const content = cgroupControllers.map((name) => `+${name}`).join(' ');
  return parents.flatMap((parent) => [
    step(
      { op: 'mkdir', path: parent, mode: 0o755, parents: true },
      'The parent that was asked for',
    ),
    step(
      { op: 'write', path: `${parent}/cgroup.subtree_control`, content },
      'Pass the controllers on to the groups below',
    ),
  ]);
}

const defaultProgram = compileDeviceFilter(defaultDeviceRules);

function deviceFilterSteps({ cgroupsPath, deviceRules }: RuntimeSpec): SetupStep[] {
  if (deviceRules === undefined) return [];
  const program =
    deviceRules === defaultDeviceRules ? defaultProgram : compileDeviceFilter(deviceRules);
  return [
    step(
      { op: 'deviceFilter', cgroup: cgroupsPath, program },
      'Let the container open only harmless devices, whatever nodes it makes',
    ),
  ];
}

function cloneOptions(spec: RuntimeSpec): CloneOptions {
  const joined = spec.namespaces.filter((namespace) => namespace.pid !== undefined);
  const join = joined.map(({ type, pid = 0 }) =>
    step(
      { op: 'setns', pid, namespaces: [type] },
      `Enter the ${type} namespace of another container`,
    ),
  );
  return {
    namespaces: spec.namespaces.filter(({ pid }) => pid === undefined).map(({ type }) => type),
    cgroup: spec.cgroupsPath,
    ...(join.length === 0 ? {} : { join }),
  };
}

/** A namespace that is joined has its mapping. */
function mappingSteps({ ids, namespaces }: RuntimeSpec): SetupStep[] {
  const isNew = namespaces.some(({ type, pid }) => type === 'user' && pid === undefined);
  return ids !== undefined && isNew ? idMapSteps(ids) : [];
}

function parentSteps({ process }: RuntimeSpec): SetupStep[] {
  if (process.oomScoreAdj === 0) return [];
  const content = String(process.oomScoreAdj);
  return [
    step(
      { op: 'write', path: '/proc/$PID/oom_score_adj', content },
      'Tell the kernel how readily to kill this process when memory is short',
    ),
  ];
}

function sessionSteps(spec: RuntimeSpec): SetupStep[] {
  const ownNetwork = spec.namespaces.some(({ type, pid }) => type === 'net' && pid === undefined);
  return [
    step({ op: 'joinKeyring', name: spec.keyring }, 'Keep the machine’s keys out of reach'),
    ...(spec.process.terminal
      ? []
      : [step({ op: 'setsid' }, 'Leave the session of whoever started the container')]),
    ...(ownNetwork
      ? [
          step(
            { op: 'linkUp', name: 'lo' },
            'A new network namespace has only a loopback, and it is down',
          ),
        ]
      : []),
  ];
}

function mountSteps(spec: RuntimeSpec): SetupStep[] {
  return [
    step(
      mountOperation({ source: '', target: '/', fstype: '', flags: ['rec', 'private'], data: '' }),
      'Keep the mounts that follow from showing on the machine',
    ),
    ...(spec.ids === undefined ? [] : [ownRootStep(spec), ...workingDirectorySteps(spec)]),
    ...spec.mounts.flatMap((mount) => specMountSteps(mount, spec.root.path)),
  ];
}

function specMountSteps(mount: SpecMount, root: string): SetupStep[] {
  const { flags, propagation, readonlyTree, data } = parseMountOptions(mount.options);
  const target = mount.destination;
  const bind = mount.type === 'bind';
  const first: readonly MountFlag[] = bind ? flags.filter((flag) => flag !== 'ro') : flags;
  const steps: SetupStep[] = [];
  if (mount.target === 'dir')
    steps.push(
      step({ op: 'mkdir', path: target, mode: 0o755, parents: true, root }, 'Make the mount point'),
    );
  if (mount.target === 'file')
    steps.push(
      step({ op: 'touch', path: target, mode: 0o644, root }, 'A file to mount another file over'),
    );
  const fstype = bind ? '' : mount.type;
  const { source, subpath } = mount;
  const from = subpath === undefined ? { source } : { source: subpath, base: source };
  const likeTarget = mount.target === 'like it' ? { likeTarget: true } : {};
  const operation = mountOperation({ ...from, target, fstype, flags: first, data, root });
  steps.push(step({ ...operation, ...likeTarget }, mount.cause));
  if (readonlyTree)
    steps.push(
      step(
        { op: 'readonlyTree', path: target, root },
        'Make it read-only, with all that is mounted below it',
      ),
    );
  if (bind && flags.includes('ro'))
    steps.push(
      step(
        mountOperation({
          source: '',
          target,
          fstype: '',
          flags: ['remount', 'bind', 'ro'],
          data: '',
          root,
        }),
        'A bind mount only becomes read-only by a second call',
      ),
    );
  if (propagation.length > 0 && !propagation.includes('private'))
    steps.push(
      step(
        mountOperation({ source: '', target, fstype: '', flags: propagation, data: '', root }),
        'Decide which later mounts are seen on both sides',
      ),
    );
  return steps;
}

function mountOperation(options: {
  readonly source: string;
  readonly target: string;
  readonly fstype: string;
  readonly flags: readonly MountFlag[];
  readonly data: string;
  readonly root?: string;
  readonly base?: string;
}): Extract<SetupOperation, { op: 'mount' }> {
  return { op: 'mount', ...options };
}

/** While the machine's /dev can be seen. */
function machineDeviceSteps(spec: RuntimeSpec): SetupStep[] {
  if (spec.ids !== undefined) return boundDeviceSteps(spec, { defaults: !hasOwnDev(spec) });
  if (hasOwnDev(spec) || !spec.allDevices) return [];
  const root = spec.root.path;
  return [
    step(
      { op: 'deviceTree', from: '/dev', to: '/dev', excluded: privateDeviceNames, root },
      'Give a privileged container every device of the machine',
    ),
  ];
}

function hasOwnDev({ mounts }: RuntimeSpec): boolean {
  return mounts.some(({ destination, type }) => destination === '/dev' && type === 'bind');
}

function pivotSteps({ root }: RuntimeSpec): SetupStep[] {
  return [
    step(
      { op: 'pivotRoot', newRoot: root.path },
      'Make the overlay the root; the machine’s files are out of reach from here on',
    ),
  ];
}

function deviceSteps(spec: RuntimeSpec): SetupStep[] {
  const isRemapped = spec.ids !== undefined;
  const asked = isRemapped ? [] : spec.devices.flatMap(deviceNodeSteps);
  if (hasOwnDev(spec)) return [...asked, ...terminalSteps(spec)];
  return [
    ...(isRemapped ? [] : defaultDevices).map(({ path, major, minor }) =>
      step(
        { op: 'mknod', path, type: 'char', mode: 0o666, major, minor },
        'One of the few devices that every program may expect',
      ),
    ),
    ...asked,
    ...defaultDeviceLinks.map(([path, target]) =>
      step({ op: 'symlink', target, path }, 'A link that programs expect in /dev'),
    ),
    ...terminalSteps(spec),
  ];
}

function deviceNodeSteps({ path, uid, gid, ...node }: SpecDevice): SetupStep[] {
  const cause = 'A device of the machine, as asked';
  const directory = path.slice(0, path.lastIndexOf('/')) || '/';
  return [
    ...(directory === '/dev' || directory === '/'
      ? []
      : [step({ op: 'mkdir', path: directory, mode: 0o755, parents: true }, cause)]),
    step({ op: 'mknod', path, ...node }, cause),
    ...(uid === 0 && gid === 0 ? [] : [step({ op: 'chown', path, uid, gid }, cause)]),
  ];
}

function terminalSteps({ process }: RuntimeSpec): SetupStep[] {
  if (!process.terminal) return [];
  const { columns, rows } = process.consoleSize;
  return [
    step(
      { op: 'writeFile', path: '/dev/console', content: new Uint8Array(), mode: 0o600 },
      'A file for the console to be mounted on',
    ),
    step(
      { op: 'terminal', columns, rows, bindTo: '/dev/console' },
      'Open a pseudo-terminal of the container’s own and make it the controlling one',
    ),
  ];
}

function identitySteps(spec: RuntimeSpec): SetupStep[] {
  const steps: SetupStep[] = [];
  if (spec.hostname !== '')
    steps.push(
      step({ op: 'sethostname', name: spec.hostname }, 'The uts namespace holds the hostname'),
    );
  if (spec.domainname !== '')
    steps.push(
      step(
        { op: 'write', path: '/proc/sys/kernel/domainname', content: spec.domainname },
        'The uts namespace holds the NIS domain name too',
      ),
    );
  for (const [name, value] of Object.entries(spec.sysctl))
    steps.push(
      step(
        { op: 'write', path: sysctlPath(name), content: value },
        'A kernel setting of this namespace',
      ),
    );
  return steps;
}

function restrictionSteps(spec: RuntimeSpec): SetupStep[] {
  return [
    ...(spec.root.readonly
      ? [
          step(
            mountOperation({
              source: '',
              target: '/',
              fstype: '',
              flags: ['remount', 'bind', 'ro'],
              data: '',
            }),
            'Nothing may be written to the image’s files, as asked',
          ),
        ]
      : []),
    ...spec.readonlyPaths.map((path) =>
      step({ op: 'readonlyPath', path }, 'A kernel setting that containers may see but not change'),
    ),
    ...spec.maskedPaths.map((path) =>
      step({ op: 'maskPath', path }, 'Hide what would tell about, or touch, the whole machine'),
    ),
  ];
}
