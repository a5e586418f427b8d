/** Where the engine keeps things on the machine. */
import { cleanPath } from './mount-point.ts';

export const dockerRoot = '/var/lib/docker';
export const layersRoot = '/run/bottleship/host/layers';
export const cgroupMount = '/sys/fs/cgroup';
/** Those that limit and count what containers use. */
export const cgroupControllers = ['cpu', 'memory', 'pids', 'io'] as const;
/** The parent of containers that name none. */
export const cgroupRoot = `${cgroupMount}/docker`;
/** What the host keeps of the machine's disk. */
export const diskFile = '/run/bottleship/host/disk/data';

/**
 * The lowest layer of every container: what Docker's init layer makes when an image lacks it, such as
 * /proc or /etc/hosts to be mounted on, and /.dockerenv. Being lowest, it changes nothing of the image.
 */
export const initLayerDir = '/run/bottleship/init-layer';

export interface ContainerPaths {
  readonly overlay: string;
  readonly upper: string;
  readonly work: string;
  readonly merged: string;
  readonly metadata: string;
  readonly hostname: string;
  readonly hosts: string;
  readonly resolvConf: string;
  /** Where `--ipc shareable` keeps what others may join. */
  readonly sharedMemory: string;
}

export function containerPaths(id: string): ContainerPaths {
  const overlay = `${dockerRoot}/overlay2/${id}`;
  const metadata = `${dockerRoot}/containers/${id}`;
  return {
    overlay,
    upper: `${overlay}/diff`,
    work: `${overlay}/work`,
    merged: `${overlay}/merged`,
    metadata,
    hostname: `${metadata}/hostname`,
    hosts: `${metadata}/hosts`,
    resolvConf: `${metadata}/resolv.conf`,
    sharedMemory: `${metadata}/mounts/shm`,
  };
}

/** `parent` as `--cgroup-parent` gives it; nothing leads out of the hierarchy. */
export function containerCgroup(id: string, parent: string | undefined): string {
  return parent ? `${cgroupMount}${cleanPath(`${parent}/${id}`)}` : `${cgroupRoot}/${id}`;
}

export function volumeDir(name: string): string {
  return `${dockerRoot}/volumes/${name}`;
}
