/**
 * A container's file system for a while, running or not: the one way in for copying, exporting,
 * measuring and committing.
 *
 * The root is mounted once however many need it: by the run, or here when there is none. `openView`
 * shows it with the container's volumes, bind mounts and files of /etc over it, as Docker does for
 * `docker cp`: in a place of its own, so that neither the container nor another view sees those mounts.
 * A tmpfs of the container is not among them; nobody but the container can see into it.
 *
 * **Invariant:** `container.rootUsers` counts what is open; whoever mounts or unmounts the root looks at it.
 */
import type { MountFlag, SetupStep } from '../../guest/plan.ts';
import { errorKind, KindError } from '../../lib/errors.ts';
import { randomId, type Daemon } from '../daemon.ts';
import { applyEach } from '../guest-plans.ts';
import type { MountPoint } from '../spec/mount-point.ts';
import { containerPaths, initLayerDir } from '../spec/paths.ts';
import { layerDirs, rootSteps, unmountStep } from '../spec/root-plan.ts';
import { logVolumesMounted, logVolumesUnmounted } from '../volume/volume-events.ts';
import { volumesPrepared, volumeSteps } from '../volume/volume-directories.ts';
import type { Container } from './container.ts';
import { step } from '../spec/step.ts';

export interface ContainerFiles {
  /** A directory of the machine; everything below it must be resolved with it as `root`. */
  readonly root: string;
  /** Idempotent. Never rejects: what cannot be unmounted now goes with the container. */
  close(): Promise<void>;
}

const viewsDir = '/run/bottleship/views';

/** The root alone, as export and size measurement want it: without what is mounted over it. */
export async function openRoot(daemon: Daemon, container: Container): Promise<ContainerFiles> {
  await acquire(daemon, { container, volumes: false });
  const { merged } = containerPaths(container.id);
  return { root: merged, close: once(() => release(daemon, container)) };
}

/** The root with the container's mounts over it. */
export async function openView(daemon: Daemon, container: Container): Promise<ContainerFiles> {
  await acquire(daemon, { container, volumes: true });
  const root = `${viewsDir}/${randomId(daemon.random).slice(0, 16)}`;
  let told = false;
  const close = once(async () => {
    await applyEach(daemon.guest, closeSteps(root));
    await daemon.volumeMounts.release(daemon, root);
    await release(daemon, container);
    if (told) logVolumesUnmounted(daemon, container);
  });
  try {
    await daemon.volumeMounts.hold(daemon, container, root);
    await daemon.guest.apply({ before: await viewSteps(daemon, { container, root }) });
    logVolumesMounted(daemon, container);
    told = true;
  } catch (error) {
    await close();
    throw error;
  }
  return { root, close };
}

/** Steps that mount the root, unless it is mounted already. The caller holds the container's mutex. */
export function mountRootSteps({ ids, owner }: Daemon, container: Container): SetupStep[] {
  if (container.rootUsers > 0) return [];
  const paths = containerPaths(container.id);
  return rootSteps({
    path: paths.merged,
    readonly: false,
    lowerDirs: [...layerDirs(container.diffIds), initLayerDir],
    upperDir: paths.upper,
    workDir: paths.work,
    volatile: container.hostConfig.AutoRemove === true,
    ...(ids === undefined ? {} : { owner }),
  });
}

async function acquire(
  daemon: Daemon,
  { container, volumes }: { readonly container: Container; readonly volumes: boolean },
): Promise<void> {
  await container.mutex.run(async () => {
    if (daemon.containers.get(container.id) === undefined)
      throw new KindError('notFound', `No such container: ${container.id}`);
    if (container.run === undefined) {
      const fresh = volumes ? volumeSteps(daemon, container) : [];
      const steps = [...mountRootSteps(daemon, container), ...fresh];
      if (steps.length > 0) await daemon.guest.apply({ before: steps });
      if (volumes) volumesPrepared(daemon, container);
    }
    container.rootUsers += 1;
  });
}

async function release(daemon: Daemon, container: Container): Promise<void> {
  await container.mutex.run(async () => {
    container.rootUsers -= 1;
    const needed = container.rootUsers > 0 || container.run !== undefined;
    if (!needed) await applyEach(daemon.guest, [unmountStep(container.id)]);
  });
}

async function viewSteps(
  daemon: Daemon,
  { container, root }: { readonly container: Container; readonly root: string },
): Promise<SetupStep[]> {
  const { merged } = containerPaths(container.id);
  const mounts = [...etcMounts(container), ...container.mountPoints]
    .filter(({ type }) => type !== 'tmpfs')
    .sort((a, b) => a.destination.split('/').length - b.destination.split('/').length);
  const prepared = await Promise.all(
    mounts.map((mount) => mountSteps(daemon, { mount, root, merged })),
  );
  return [
    step({ op: 'mkdir', path: root, mode: 0o700, parents: true }, 'A place to see the files from'),
    step(
      {
        op: 'mount',
        source: merged,
        target: root,
        fstype: '',
        flags: ['bind', 'private'],
        data: '',
      },
      'Show the container’s root there, apart from the container itself',
    ),
    ...prepared.flat(),
  ];
}

function closeSteps(root: string): SetupStep[] {
  return [
    step({ op: 'umount', target: root, detach: true }, 'Nobody looks at the files any more'),
    step({ op: 'rmdir', path: root }, 'Nor needs the place to see them from'),
  ];
}

type ViewMount = Pick<
  MountPoint,
  'type' | 'source' | 'destination' | 'readWrite' | 'createSource' | 'subpath'
>;

/** What every container has mounted over its /etc once it was started. */
function etcMounts(container: Container): readonly ViewMount[] {
  if (!container.startedBefore) return [];
  const { hostname, hosts, resolvConf } = containerPaths(container.id);
  const files = { '/etc/hostname': hostname, '/etc/hosts': hosts, '/etc/resolv.conf': resolvConf };
  return Object.entries(files).map(([destination, source]) => {
    return { type: 'bind', source, destination, readWrite: true, createSource: false };
  });
}

/** As at a start, what is mounted upon is made when the image lacks it. */
async function mountSteps(
  daemon: Daemon,
  options: { readonly mount: ViewMount; readonly root: string; readonly merged: string },
): Promise<SetupStep[]> {
  const { mount, root, merged } = options;
  const { source, destination, subpath } = mount;
  const typeOf = async (path: string, at?: string): Promise<string | undefined> => {
    try {
      const where = at === undefined ? {} : { root: at };
      return (await daemon.guest.stat(path, { ...where, follow: true })).type;
    } catch (error) {
      if (errorKind(error) === 'notFound') return undefined;
      throw error;
    }
  };
  const sourceType = await (subpath === undefined ? typeOf(source) : typeOf(`/${subpath}`, source));
  const steps: SetupStep[] = [];
  if (sourceType === undefined && subpath === undefined)
    steps.push(step({ op: 'mkdir', path: source, mode: 0o755, parents: true }, missingSource));
  if (sourceType === undefined || sourceType === 'dir')
    steps.push(
      step({ op: 'mkdir', path: destination, mode: 0o755, parents: true, root }, missingTarget),
    );
  else if ((await typeOf(destination, merged)) === undefined)
    steps.push(...missingFileSteps(destination, root));
  const flags: MountFlag[] = ['bind', 'rec', 'rprivate'];
  if (!mount.readWrite) flags.push('ro');
  const target = { target: destination, root };
  const from = subpath === undefined ? { source } : { source: subpath, base: source };
  return [
    ...steps,
    step(
      { op: 'mount', ...from, ...target, fstype: '', flags, data: '' },
      'What the container has mounted there belongs to its files',
    ),
  ];
}

const missingSource = 'Make the directory that -v names and the machine lacks';
const missingTarget = 'Make a directory to mount upon if the image has none';

function missingFileSteps(path: string, root: string): SetupStep[] {
  const parent = path.slice(0, path.lastIndexOf('/')) || '/';
  const content = new Uint8Array();
  return [
    step({ op: 'mkdir', path: parent, mode: 0o755, parents: true, root }, missingTarget),
    step(
      { op: 'writeFile', path, content, mode: 0o755, root },
      'Make a file to mount another file over',
    ),
  ];
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= work().catch(() => {}));
}
