/** Looking paths up in an image's layers, by their indexes: nothing is asked of the machine. */
import type { LayerIndex } from '../../image/layer-index.ts';
import { decodeLayerIndex } from '../../image/layer-index-codec.ts';
import type { Daemon } from '../daemon.ts';
import { initLayerDirectories, initLayerFiles } from '../spec/init-layer.ts';
import type { Container } from './container.ts';
import type { FindInLayer } from './upper-changes.ts';

/** Of a container, topmost first, with the one of things to mount upon at the bottom. */
export async function containerLayers(
  daemon: Daemon,
  container: Container,
): Promise<FindInLayer[]> {
  const ids = container.diffIds.toReversed();
  const indexes = await Promise.all(ids.map((diffId) => daemon.images.layers.index(diffId)));
  return [...indexes.map((bytes) => findIn(decodeLayerIndex(bytes))), findInInitLayer];
}

function findIn(index: LayerIndex): FindInLayer {
  return (path) => {
    let inode = index.inodes[0];
    for (const part of path.split('/').filter(Boolean)) {
      const number = inode?.children?.get(part);
      inode = number === undefined ? undefined : index.inodes[number];
    }
    if (inode === undefined || isWhiteout(inode)) return undefined;
    const { type, mode, mtimeSeconds, mtimeNanoseconds } = inode;
    return { isDirectory: type === 'dir', mode, mtimeSeconds, mtimeNanoseconds };
  };
}

function isWhiteout({ type, device }: LayerIndex['inodes'][number]): boolean {
  return type === 'char' && device?.major === 0 && device.minor === 0;
}

function findInInitLayer(path: string): ReturnType<FindInLayer> {
  const name = path.slice(1);
  const isDirectory = initLayerDirectories.some(
    (one) => one === name || one.startsWith(`${name}/`),
  );
  if (!isDirectory && !initLayerFiles.includes(name)) return undefined;
  return { isDirectory, mode: 0o755, mtimeSeconds: 0, mtimeNanoseconds: 0 };
}
