/** `GET /containers/{id}/changes`: what differs from the image. */
import type { ContainerChange } from '../api/container.ts';
import { TarReader, type TarEntry } from '../image/tar-reader.ts';
import { errorKind } from '../lib/errors.ts';
import type { Container } from './container/container.ts';
import { containerLayers } from './container/layer-files.ts';
import { upperChanges, type UpperEntry } from './container/upper-changes.ts';
import type { Daemon } from './daemon.ts';
import { containerPaths } from './spec/paths.ts';

/** `null` when nothing was changed, as dockerd answers. */
export async function containerChanges(
  daemon: Daemon,
  name: string,
): Promise<readonly ContainerChange[] | null> {
  const container = daemon.containers.find(name);
  const [entries, layers] = await Promise.all([
    readUpper(daemon, container),
    containerLayers(daemon, container),
  ]);
  const changes = upperChanges(entries, layers);
  return changes.length === 0 ? null : changes;
}

const whiteoutPrefix = '.wh.';
const opaqueMark = '.wh..wh..opq';

async function readUpper(daemon: Daemon, container: Container): Promise<UpperEntry[]> {
  const upper = containerPaths(container.id).upper;
  const entries = new Map<string, UpperEntry>();
  const reader = new TarReader({ entry: (entry) => take(entries, entry) });
  const tar = daemon.guest.readTar(`${upper}/.`, {
    overlayUpper: true,
    bare: true,
    headersOnly: true,
  });
  try {
    for await (const chunk of tar) reader.write(chunk);
  } catch (error) {
    // It was never started, nor was anything copied into it.
    if (errorKind(error) === 'notFound') return [];
    throw error;
  }
  return [...entries.values()];
}

function take(entries: Map<string, UpperEntry>, entry: TarEntry): void {
  const path = `/${entry.name.replace(/\/$/, '')}`;
  const slash = path.lastIndexOf('/');
  const [parent, base] = [path.slice(0, slash), path.slice(slash + 1)];
  const { mode, mtimeSeconds, mtimeNanoseconds } = entry;
  const file = { isDirectory: entry.type === 'dir', mode, mtimeSeconds, mtimeNanoseconds };
  if (base === opaqueMark) {
    const directory = entries.get(parent);
    if (directory !== undefined) entries.set(parent, { ...directory, isDeleted: true });
  } else if (base.startsWith(whiteoutPrefix)) {
    const hidden = `${parent}/${base.slice(whiteoutPrefix.length)}`;
    entries.set(hidden, { ...file, path: hidden, isDeleted: true });
  } else entries.set(path, { ...file, path, isDeleted: false });
}
