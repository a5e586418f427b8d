/**
 * What the machine needs before containers can run on it: a setup plan that the engine applies once,
 * when the agent has said hello.
 */
import type { MountFlag, SetupPlan, SetupStep } from '../guest/plan.ts';
import { initLayerDirectories, initLayerFiles } from './spec/init-layer.ts';
import {
  cgroupControllers,
  cgroupMount,
  cgroupRoot,
  diskFile,
  dockerRoot,
  initLayerDir,
} from './spec/paths.ts';
import { step } from './spec/step.ts';
import { ownerSteps, type Owner } from './spec/user-namespace.ts';

const diskDevice = 0;
/**
 * `errors=remount-ro`: what is damaged is not written to. `noinit_itable`: the empty disk's inode tables are zeros
 * already. The rest is ext4's own: metadata in a journal after the data it is about, every five seconds.
 */
const diskOptions = 'errors=remount-ro,noinit_itable,data=ordered';

export function machineSetupPlan(options: {
  readonly hostname: string;
  /** Who a container's root is on the machine. */
  readonly owner: Owner;
}): SetupPlan {
  return {
    before: [
      ...mountSteps(options.owner),
      ...cgroupSteps(),
      ...initLayerSteps(options.owner),
      step({ op: 'sethostname', name: options.hostname }, 'Give the machine a name'),
      step({ op: 'linkUp', name: 'lo' }, 'Bring the loopback up'),
      step(
        { op: 'write', path: '/proc/sys/net/ipv4/ip_forward', content: '1' },
        'Let the machine pass packets on for its containers',
      ),
    ],
  };
}

const kinds = ['overlay2', 'containers', 'volumes'].map((name) => `${dockerRoot}/${name}`);

function mountSteps({ gid }: Owner): SetupStep[] {
  return [
    step(
      { op: 'mkdir', path: dockerRoot, mode: 0o711, parents: true },
      'The directory where Docker keeps everything',
    ),
    step(
      { op: 'loopAttach', path: diskFile, device: diskDevice },
      'A file of the host becomes the machine’s disk',
    ),
    mount(
      {
        source: `/dev/loop${diskDevice}`,
        target: dockerRoot,
        fstype: 'ext4',
        flags: ['noatime'],
        data: diskOptions,
      },
      'What containers and volumes hold lies on the disk, and so outlives the machine',
    ),
    ...kinds.map((path) =>
      step(
        { op: 'mkdir', path, mode: 0o710, parents: true },
        'A directory for one kind of what Docker keeps',
      ),
    ),
    // The group may pass through, no more.
    ...ownerSteps(gid === 0 ? [] : kinds, { uid: 0, gid }),
    mount(
      {
        source: 'cgroup2',
        target: cgroupMount,
        fstype: 'cgroup2',
        flags: ['nosuid', 'nodev', 'noexec'],
        data: '',
      },
      'Control groups limit and count what containers use',
    ),
  ];
}

/** A controller only works in a group when every parent passes it on. */
function cgroupSteps(): SetupStep[] {
  const content = cgroupControllers.map((name) => `+${name}`).join(' ');
  return [
    step(
      { op: 'write', path: `${cgroupMount}/cgroup.subtree_control`, content },
      'Pass the controllers on to the groups below',
    ),
    step(
      { op: 'mkdir', path: cgroupRoot, mode: 0o755, parents: true },
      'The parent of all containers',
    ),
    step(
      { op: 'write', path: `${cgroupRoot}/cgroup.subtree_control`, content },
      'Pass the controllers on to each container',
    ),
  ];
}

/** See `initLayerDir`. */
function initLayerSteps(owner: Owner): SetupStep[] {
  const cause = 'Part of the lowest layer of every container: things to mount upon';
  return [
    ...initLayerDirectories.map((name) =>
      step({ op: 'mkdir', path: `${initLayerDir}/${name}`, mode: 0o755, parents: true }, cause),
    ),
    ...initLayerFiles.map((name) =>
      step(
        {
          op: 'writeFile',
          path: `${initLayerDir}/${name}`,
          content: new Uint8Array(),
          mode: 0o755,
        },
        cause,
      ),
    ),
    step({ op: 'symlink', target: '/proc/mounts', path: `${initLayerDir}/etc/mtab` }, cause),
    ...ownerSteps(
      [
        '',
        '/dev',
        ...[...initLayerDirectories, ...initLayerFiles, 'etc/mtab'].map((name) => `/${name}`),
      ].map((name) => initLayerDir + name),
      owner,
    ),
  ];
}

function mount(
  options: {
    readonly source: string;
    readonly target: string;
    readonly fstype: string;
    readonly flags: readonly MountFlag[];
    readonly data: string;
  },
  cause: string,
): SetupStep {
  return step({ op: 'mount', ...options }, cause);
}
