/** What a container wrote, as the tar of one layer: the same files give the same bytes. */
import { rewriteTar, writerEntry } from '../../image/tar-rewrite.ts';
import { layerXattrs } from '../../image/layer-xattrs.ts';
import type { TarEntry } from '../../image/tar-reader.ts';
import { tarEnd, type TarWriterEntry } from '../../image/tar-writer.ts';
import { errorKind } from '../../lib/errors.ts';
import { idsOf, type Daemon } from '../daemon.ts';
import { containerPaths } from '../spec/paths.ts';

/** Sha256 of an archive without entries: a layer that changes nothing, which an image leaves out. */
export const emptyLayerDiffId =
  'sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef';

/** With whiteouts for what is gone. The container's processes should stand still meanwhile. */
export async function* upperLayerTar(
  daemon: Daemon,
  containerId: string,
): AsyncGenerator<Uint8Array, void, void> {
  const { upper } = containerPaths(containerId);
  try {
    const archive = daemon.guest.readTar(`${upper}/.`, {
      overlayUpper: true,
      bare: true,
      ...idsOf(daemon),
    });
    yield* rewriteTar(archive, layerEntry);
  } catch (error) {
    if (errorKind(error) !== 'notFound') throw error;
    // It was never started, nor was anything copied into it.
    yield tarEnd;
  }
}

/** Times in whole seconds, as Docker's layers have them. */
function layerEntry(entry: TarEntry): TarWriterEntry {
  const { xattrs: _all, ...plain } = writerEntry(entry);
  return { ...plain, ...layerXattrs(entry.xattrs), mtimeNanoseconds: 0 };
}
