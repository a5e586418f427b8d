/** The machine's files for the page's file tree and editor. */
import { listedEntriesMax, transferBytesMax } from '../api/files.ts';
import type { FileInfo, FileListing, HostFiles, WriteOutcome } from '../api/files.ts';
import type { FileStat, Guest } from '../guest/guest.ts';
import type { SetupOperation } from '../guest/plan.ts';
import { errorKind, KindError } from '../lib/errors.ts';
import { joinBytes } from '../lib/join-bytes.ts';

/** Questions under way at once: enough to hide the way there and back. */
const statsAtOnce = 32;

export function hostFiles(guest: Guest): HostFiles {
  const stat = (path: string) => followedInfo(guest, path);
  return {
    list: (path) => list(guest, path),
    stat,
    async read(path, sizeBytesMax) {
      const info = await stat(path);
      // A device or a pipe would never end.
      if (info !== undefined && info.type !== 'file') {
        throw new KindError('invalidParameter', `Cannot read "${path}": it is not a file`);
      }
      return guest.readFile(path, { sizeBytesMax: Math.min(sizeBytesMax, transferBytesMax) });
    },
    write: (path, content, options) => write(guest, { path, content, ...options }),
    async makeFolder(path) {
      if ((await ownStat(guest, path)) !== undefined) throw taken('make', path);
      await apply(guest, { op: 'mkdir', path, mode: 0o755, parents: true });
    },
    async rename(from, to) {
      if ((await ownStat(guest, to)) !== undefined) throw taken('rename', to);
      await apply(guest, { op: 'rename', from, to });
    },
    remove: (path) => apply(guest, { op: 'removeTree', path }),
    readTar: (path) => readTar(guest, path),
  };
}

async function list(guest: Guest, path: string): Promise<FileListing> {
  const names = (await guest.readDirectory(path)).sort(byName);
  const listed = names.slice(0, listedEntriesMax);
  const entries: FileInfo[] = [];
  for (let at = 0; at < listed.length; at += statsAtOnce) {
    const batch = listed.slice(at, at + statsAtOnce);
    const infos = await Promise.all(batch.map((name) => entryInfo(guest, childOf(path, name))));
    // What went away meanwhile is not there.
    entries.push(...infos.filter((info) => info !== undefined));
  }
  const isFolder = ({ type, leadsTo }: FileInfo) => type === 'dir' || leadsTo === 'dir';
  const folders = entries.filter(isFolder);
  const others = entries.filter((info) => !isFolder(info));
  return { entries: [...folders, ...others], leftOut: names.length - listed.length };
}

async function write(
  guest: Guest,
  options: { readonly path: string; readonly content: Uint8Array; readonly expected?: string },
): Promise<WriteOutcome> {
  const { path, content, expected } = options;
  if (content.length > transferBytesMax) {
    throw new KindError('resourceExhausted', `Cannot write "${path}": it is too large`);
  }
  const before = await followedStat(guest, path);
  if (expected === 'none' && before !== undefined) return { saved: false, reason: 'exists' };
  if (expected !== undefined && expected !== 'none') {
    if (before === undefined) return { saved: false, reason: 'removed' };
    if (versionOf(before) !== expected) return { saved: false, reason: 'changed' };
  }
  if (before === undefined) {
    await apply(guest, { op: 'mkdir', path: parentOf(path), mode: 0o755, parents: true });
  }
  await guest.writeFile(path, content, { mode: 0o644 });
  const after = await followedStat(guest, path);
  return { saved: true, version: after === undefined ? '' : versionOf(after) };
}

async function readTar(guest: Guest, path: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of guest.readTar(path)) {
    sizeBytes += chunk.length;
    if (sizeBytes > transferBytesMax) {
      throw new KindError(
        'resourceExhausted',
        `Cannot read "${path}": more than ${transferBytesMax} bytes`,
      );
    }
    chunks.push(chunk);
  }
  return joinBytes(chunks);
}

async function entryInfo(guest: Guest, path: string): Promise<FileInfo | undefined> {
  const stat = await ownStat(guest, path);
  if (stat === undefined) return undefined;
  if (stat.type !== 'symlink') return infoOf(path, stat);
  const target = await followedStat(guest, path);
  const leadsTo = target === undefined ? 'missing' : kindOf(target);
  return { ...infoOf(path, target ?? stat), type: 'symlink', leadsTo };
}

async function followedInfo(guest: Guest, path: string): Promise<FileInfo | undefined> {
  const stat = await followedStat(guest, path);
  return stat && infoOf(path, stat);
}

function infoOf(path: string, stat: FileStat): FileInfo {
  const name = path.slice(path.lastIndexOf('/') + 1) || '/';
  return { name, path, type: kindOf(stat), sizeBytes: stat.sizeBytes, version: versionOf(stat) };
}

function kindOf({ type }: FileStat): 'file' | 'dir' | 'other' {
  return type === 'file' || type === 'dir' ? type : 'other';
}

function versionOf({ mtimeSeconds, mtimeNanoseconds, sizeBytes }: FileStat): string {
  return `${mtimeSeconds}.${mtimeNanoseconds}:${sizeBytes}`;
}

const ownStat = (guest: Guest, path: string) => missingOk(guest.stat(path));
const followedStat = (guest: Guest, path: string) => missingOk(guest.stat(path, { follow: true }));

async function missingOk(stat: Promise<FileStat>): Promise<FileStat | undefined> {
  try {
    return await stat;
  } catch (error) {
    if (errorKind(error) === 'notFound') return undefined;
    throw error;
  }
}

async function apply(guest: Guest, operation: SetupOperation): Promise<void> {
  const cause = 'The file tree of the page changes a file';
  await guest.apply({ before: [{ operation, cause }] });
}

function taken(verb: string, path: string): KindError {
  return new KindError('conflict', `Cannot ${verb} "${path}": there is something of that name`);
}

function childOf(folder: string, name: string): string {
  return `${folder === '/' ? '' : folder}/${name}`;
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
