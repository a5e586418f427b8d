/** The empty disk as `vm-image/disk` packs it: an ext4 file system of which only the blocks with content are kept. */
import { KindError } from '../lib/errors.ts';

export interface DiskImage {
  readonly sizeBytes: number;
  readonly blockSizeBytes: number;
  /** Content by the offset at which it lies; all else is zero. */
  readonly blocks: ReadonlyMap<number, Uint8Array>;
}

const magic = 0x31_4b_53_44;
const headerNumberCount = 4;
const numberSizeBytes = 4;
/** An empty file system has about thirty. */
const blockCountMax = 4096;
const blockSizeBytesMax = 65536;

/** Rejects `dataLoss` for anything but what the recipe makes. */
export async function readDiskImage(packed: Uint8Array): Promise<DiskImage> {
  const bytes = await inflate(packed);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < headerNumberCount * numberSizeBytes) throw damaged();
  const number = (index: number): number => view.getUint32(index * numberSizeBytes, true);
  const [blockSizeBytes, diskBlockCount, count] = [number(1), number(2), number(3)];
  const contentAt = (headerNumberCount + count) * numberSizeBytes;
  if (number(0) !== magic || count > blockCountMax || blockSizeBytes > blockSizeBytesMax)
    throw damaged();
  if (bytes.length !== contentAt + count * blockSizeBytes) throw damaged();
  const blocks = new Map<number, Uint8Array>();
  for (let index = 0; index < count; index += 1) {
    const at = contentAt + index * blockSizeBytes;
    const offset = number(headerNumberCount + index) * blockSizeBytes;
    blocks.set(offset, bytes.subarray(at, at + blockSizeBytes));
  }
  return { sizeBytes: diskBlockCount * blockSizeBytes, blockSizeBytes, blocks };
}

async function inflate(packed: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([new Uint8Array(packed)]).stream();
  try {
    const plain = stream.pipeThrough(new DecompressionStream('gzip'));
    return new Uint8Array(await new Response(plain).arrayBuffer());
  } catch (error) {
    throw damaged(error);
  }
}

function damaged(cause?: unknown): KindError {
  const message = 'Cannot read the empty disk: disk.gz is damaged';
  return new KindError('dataLoss', message, { cause });
}
