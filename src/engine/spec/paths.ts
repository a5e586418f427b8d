/** Where the engine keeps things on the machine. */

export const dockerRoot = '/var/lib/docker';
export const layersRoot = '/run/bottleship/host/layers';
export const cgroupRoot = '/sys/fs/cgroup/docker';

/**
 * The lowest layer of every container: what Docker's init layer makes when an image lacks it, such as
 * /proc or /etc/hosts to be mounted on, and /.dockerenv. Being lowest, it changes nothing of the image.
 */
export const initLayerDir = `${dockerRoot}/overlay2/init/diff`;

export interface ContainerPaths {
  readonly overlay: string;
  readonly upper: string;
  readonly work: string;
  readonly merged: string;
  readonly metadata: string;
  readonly hostname: string;
  readonly hosts: string;
  readonly resolvConf: string;
  readonly cgroup: string;
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
    cgroup: `${cgroupRoot}/${id}`,
  };
}

export function volumeDir(name: string): string {
  return `${dockerRoot}/volumes/${name}`;
}
