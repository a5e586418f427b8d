/** What a container wrote, as the tar of one layer: the same files give the same bytes. */
import { rewriteTar, writerEntry } from '../../image/tar-rewrite.ts';
import type { TarEntry } from '../../image/tar-reader.ts';
import type { TarWriterEntry } from '../../image/tar-writer.ts';
import type { Daemon } from '../daemon.ts';
import { containerPaths } from '../spec/paths.ts';

/** Sha256 of an archive without entries: a layer that changes nothing, which an image leaves out. */
export const emptyLayerDiffId =
  'sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef';

/** With whiteouts for what is gone. The container's processes should stand still meanwhile. */
export function upperLayerTar(
  daemon: Daemon,
  containerId: string,
): AsyncGenerator<Uint8Array, void, void> {
  const { upper } = containerPaths(containerId);
  const archive = daemon.guest.readTar(upper, { overlayUpper: true });
  return rewriteTar(archive, (entry) => layerEntry(entry, `${upper.split('/').at(-1) ?? ''}/`));
}

/** Names from the root of the image on; times in whole seconds, as Docker's layers have them. */
function layerEntry(entry: TarEntry, prefix: string): TarWriterEntry | undefined {
  const name = entry.name.startsWith(prefix) ? entry.name.slice(prefix.length) : entry.name;
  if (name === '') return undefined;
  const isLink = entry.type === 'link' && entry.linkName.startsWith(prefix);
  return {
    ...writerEntry(entry),
    name,
    linkName: isLink ? entry.linkName.slice(prefix.length) : entry.linkName,
    mtimeNanoseconds: 0,
  };
}
