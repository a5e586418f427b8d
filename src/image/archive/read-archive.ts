/**
 * What an archive of images holds, read in one pass as it streams by: layers go straight into the layer store, under
 * a lease, and the JSON files around them are kept. Which file means what is only known at the end.
 */
import { errorKind, KindError } from '../../lib/errors.ts';
import { decompress, type DecompressLimits } from '../decompress.ts';
import type { IngestedLayer, LayerLease, LayerStore } from '../layer-store.ts';
import { splitPath } from '../layer-path.ts';
import { invalidTar } from '../tar-error.ts';
import type { TarEntry } from '../tar-reader.ts';
import { tarEntries } from './tar-entries.ts';

/** Configs, manifests and indexes: as large as they may be elsewhere. */
const jsonBytesMax = 4 * 1024 * 1024;
/** Of all of them together, which are held in memory. */
const jsonTotalBytesMax = 64 * 1024 * 1024;
/** A docker archive has three files for each layer of each image. */
const entriesMax = 16_384;
/** A tar has no fewer bytes; compressed, it may. */
const layerBytesMin = 512;
/** Symbolic links within the archive that lead to one file. */
const linkDepthMax = 8;

const limits: DecompressLimits = {
  sizeBytesMax: 64 * 1024 ** 3,
  ratioMax: 200,
  ratioFromBytes: 1024 ** 3,
};

type ArchiveFile =
  | { readonly kind: 'json'; readonly bytes: Uint8Array }
  | { readonly kind: 'layer'; readonly layer: IngestedLayer }
  | { readonly kind: 'link'; readonly target: string }
  /** Neither; the error is for whoever wants it as a layer. */
  | { readonly kind: 'other'; readonly error: unknown };

export interface ReadArchiveOptions {
  readonly layers: LayerStore;
  readonly lease: LayerLease;
}

export class ImageArchive {
  readonly #files: ReadonlyMap<string, ArchiveFile>;

  constructor(files: ReadonlyMap<string, ArchiveFile>) {
    this.#files = files;
  }

  has(path: string): boolean {
    return this.#find(path) !== undefined;
  }

  /** The bytes of a JSON file. Rejects `notFound` with the words of Linux. */
  json(path: string): Uint8Array {
    const file = this.#find(path);
    if (file?.kind === 'json') return file.bytes;
    if (file === undefined) throw missing(path);
    throw new KindError('invalidParameter', `${path} is not a JSON file`);
  }

  /** The layer that a file was found to be; undefined when the archive has no such file. Throws for one that is none. */
  layer(path: string): IngestedLayer | undefined {
    const file = this.#find(path);
    if (file === undefined) return undefined;
    if (file.kind === 'layer') return file.layer;
    if (file.kind === 'other') throw file.error;
    throw new KindError('invalidParameter', 'archive/tar: invalid tar header');
  }

  #find(path: string): ArchiveFile | undefined {
    let name = splitPath(path).join('/');
    for (let depth = 0; depth <= linkDepthMax; depth += 1) {
      const file = this.#files.get(name);
      if (file?.kind !== 'link') return file;
      name = file.target;
    }
    return undefined;
  }
}

/** Rejects `invalidParameter` for what is no tar, `resourceExhausted` beyond the limits. */
export async function readArchive(
  source: AsyncIterable<Uint8Array>,
  options: ReadArchiveOptions,
): Promise<ImageArchive> {
  const files = new Map<string, ArchiveFile>();
  let jsonBytes = 0;
  let entries = 0;
  for await (const { entry, data } of tarEntries(decompress(source, limits))) {
    entries += 1;
    if (entries > entriesMax)
      throw new KindError('resourceExhausted', `archive has more than ${entriesMax} entries`);
    const name = entryName(entry);
    if (entry.type === 'link' || entry.type === 'symlink') {
      files.set(name, { kind: 'link', target: linkTarget(entry) });
    }
    if (entry.type !== 'file') continue;
    const file = await readFile(entry, data, options);
    files.set(name, file);
    jsonBytes += file.kind === 'json' ? file.bytes.length : 0;
    if (jsonBytes > jsonTotalBytesMax)
      throw new KindError(
        'resourceExhausted',
        `archive has more than ${jsonTotalBytesMax} bytes of JSON`,
      );
  }
  return new ImageArchive(files);
}

/** Refuses names that lead out of the archive, as Docker's unpacking does. */
function entryName({ name }: TarEntry): string {
  checkInside(name, name);
  return splitPath(name).join('/');
}

function linkTarget({ name, type, linkName }: TarEntry): string {
  const isRelative = type === 'symlink' && !linkName.startsWith('/');
  const target = isRelative ? `${name.slice(0, name.lastIndexOf('/') + 1)}${linkName}` : linkName;
  checkInside(target, name);
  return splitPath(target).join('/');
}

function checkInside(path: string, name: string): void {
  let depth = 0;
  for (const part of path.split('/')) {
    if (part === '..') depth -= 1;
    else if (part !== '' && part !== '.') depth += 1;
    if (depth < 0) throw invalidTar(`${JSON.stringify(name)} is outside of the archive`);
  }
}

async function readFile(
  entry: TarEntry,
  data: AsyncGenerator<Uint8Array, void, void>,
  { layers, lease }: ReadArchiveOptions,
): Promise<ArchiveFile> {
  const first = await data.next();
  const start = first.done === true ? new Uint8Array(0) : first.value;
  const whole = prepend(start, data);
  if (isJson(start)) return readJson(entry, whole);
  if (entry.sizeBytes < layerBytesMin && !isCompressed(start)) {
    return { kind: 'other', error: invalidTar('archive/tar: invalid tar header') };
  }
  try {
    return { kind: 'layer', layer: await layers.ingestNew(whole, lease) };
  } catch (error) {
    // What is no layer may be meant to be something else; a full disk or a bomb ends everything.
    if (!['invalidParameter', 'dataLoss'].includes(errorKind(error))) throw error;
    return { kind: 'other', error };
  }
}

async function readJson(
  { name, sizeBytes }: TarEntry,
  data: AsyncIterable<Uint8Array>,
): Promise<ArchiveFile> {
  if (sizeBytes > jsonBytesMax) {
    const message = `${name} is too large: ${sizeBytes} bytes, at most ${jsonBytesMax}`;
    return { kind: 'other', error: invalidTar(message) };
  }
  const bytes = new Uint8Array(sizeBytes);
  let at = 0;
  for await (const chunk of data) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return { kind: 'json', bytes };
}

async function* prepend(
  first: Uint8Array,
  rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  if (first.length > 0) yield first;
  yield* rest;
}

/** No tar begins with a brace, unless its first file's name does; then the header's zeros tell. */
function isJson(start: Uint8Array): boolean {
  const text = new TextDecoder().decode(start.subarray(0, 64)).trimStart();
  return (text.startsWith('{') || text.startsWith('[') || text === 'null') && !text.includes('\0');
}

function isCompressed(start: Uint8Array): boolean {
  return [0x1f, 0x28, 0x42, 0xfd].includes(start[0] ?? 0);
}

function missing(path: string): KindError {
  return new KindError('notFound', `open ${path}: no such file or directory`);
}
