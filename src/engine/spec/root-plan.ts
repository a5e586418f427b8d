/** Mounting a container's root and taking everything of a container down again. */
import type { HostConfig } from '../../api/container.ts';
import { digestHex, type Digest } from '../../image/digest.ts';
import type { SetupPlan, SetupStep } from '../../guest/plan.ts';
import { containerPaths, layersRoot } from './paths.ts';
import type { SpecRoot } from './runtime-spec.ts';
import { step } from './step.ts';
import { machineRoot, ownerSteps } from './user-namespace.ts';

/** Directories of an image's layers, topmost first, each once: overlayfs refuses a repeated one. */
export function layerDirs(diffIds: readonly Digest[]): string[] {
  return [...new Set([...diffIds].reverse())].map((diffId) => `${layersRoot}/${digestHex(diffId)}`);
}

export function rootSteps(root: SpecRoot): SetupStep[] {
  const lowers = root.lowerDirs.join(':');
  const paths = `lowerdir=${lowers},upperdir=${root.upperDir},workdir=${root.workDir}`;
  const data = `${paths},index=off,xino=off${root.volatile === true ? ',volatile' : ''}`;
  return [
    ...(root.volatile === true ? [forgetVolatileStep(root.workDir)] : []),
    ...[root.upperDir, root.workDir, root.path].map((path) =>
      step(
        { op: 'mkdir', path, mode: 0o755, parents: true },
        'A place for what the container writes, and for the root it will see',
      ),
    ),
    ...ownerSteps(root.owner === undefined ? [] : rootDirs(root), root.owner ?? machineRoot),
    step(
      { op: 'mount', source: 'overlay', target: root.path, fstype: 'overlay', flags: [], data },
      'Stack the image’s read-only layers under a writable one',
    ),
  ];
}

/** Its parent lets the container's root through. */
function rootDirs({ path, upperDir, workDir }: SpecRoot): string[] {
  return [path.slice(0, path.lastIndexOf('/')), upperDir, workDir, path];
}

/** Overlayfs refuses what was mounted so before: after a crash it might be damaged. Here it would be gone. */
function forgetVolatileStep(workDir: string): SetupStep {
  return step(
    { op: 'removeTree', path: `${workDir}/work/incompat` },
    'Mount it again although nothing of it was made to last',
  );
}

/** What of a container its taking down depends on. */
export interface ContainerPlace {
  readonly id: string;
  readonly cgroup: string;
  readonly hostConfig: HostConfig;
  /** Others at work in its root, which then stays mounted. */
  readonly rootUsers: number;
}

/** After the last process is gone: unmount what was mounted, unless others need it, and remove the cgroup. */
export function stopSteps(place: ContainerPlace): SetupStep[] {
  return [...killSteps(place), ...unmountSteps(place), removeCgroupStep(place)];
}

/** Only a pid namespace of the container's own ends with its first process. */
function killSteps({ cgroup, hostConfig }: ContainerPlace): SetupStep[] {
  if (!hostConfig.PidMode) return [];
  return [
    step(
      { op: 'write', path: `${cgroup}/cgroup.kill`, content: '1' },
      'Kill what is left, as no pid namespace of its own does it',
    ),
  ];
}

export function unmountSteps({ id, hostConfig, rootUsers }: ContainerPlace): SetupStep[] {
  return [
    ...(rootUsers > 0 ? [] : [unmountStep(id)]),
    ...(hostConfig.IpcMode === 'shareable'
      ? [unmount(containerPaths(id).sharedMemory, 'Nobody can join its memory any more')]
      : []),
  ];
}

export function unmountStep(id: string): SetupStep {
  const cause = 'The container is gone; its root need not stay mounted';
  return unmount(containerPaths(id).merged, cause);
}

function unmount(target: string, cause: string): SetupStep {
  return step({ op: 'umount', target, detach: true }, cause);
}

export function removeCgroupStep({ cgroup }: ContainerPlace): SetupStep {
  return step({ op: 'rmdir', path: cgroup }, 'The container is gone; nothing is left to limit');
}

/** What `docker rm` takes away. */
export function removeSteps(id: string): SetupStep[] {
  const paths = containerPaths(id);
  return [
    step({ op: 'removeTree', path: paths.overlay }, 'Delete what the container wrote'),
    step({ op: 'removeTree', path: paths.metadata }, 'Delete the files about the container'),
  ];
}

export function planOf(before: readonly SetupStep[]): SetupPlan {
  return { before };
}
