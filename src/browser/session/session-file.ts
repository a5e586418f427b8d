/**
 * A saved session as a file, which is also how the browser's store has it: a header that tells of its parts, and the
 * parts, each compressed with gzip and known by its hash.
 *
 *     "BOTTLESN"  u32 size of the header  header, JSON  part  part  …
 */
import type { SessionMismatch } from '../../api/sessions.ts';
import { errorMessage, KindError } from '../../lib/errors.ts';
import { hexOf } from '../../lib/hex.ts';

/** To be raised with every change of what is kept: of the header, the parts, or what the engine writes into them. */
export const sessionFormat = 2;

const magic = new TextEncoder().encode('BOTTLESN');
const preludeSizeBytes = magic.length + 4;
const headerSizeBytesMax = 1024 * 1024;
const partCountMax = 1024;

export interface SessionPart {
  /** `machine`, `notes`, `disk`, `terminals`; in files also `images` and `layer/<diffID>`. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

export interface SessionHeader {
  readonly format: number;
  readonly id: string;
  readonly name: string;
  readonly savedMs: number;
  /** What the machine was booted from: nothing else can go on with its memory. */
  readonly machine: string;
  /** What wrote it: another build may keep things in another way. Format 1 has none. */
  readonly build?: string;
  readonly memorySizeBytes: number;
  readonly running: readonly string[];
  /** Layers that its containers stand on, by diffID, and images that they were made from. */
  readonly layers: readonly string[];
  readonly images: readonly string[];
  readonly parts: readonly SessionPart[];
}

export interface SessionFile {
  readonly header: SessionHeader;
  readonly parts: ReadonlyMap<string, Blob>;
}

/** What hinders a session from being restored by a page; undefined when nothing does. */
export function sessionMismatch(
  header: SessionHeader,
  page: Pick<SessionHeader, 'machine' | 'build'>,
): SessionMismatch | undefined {
  if (header.format !== sessionFormat) return 'format';
  if (header.machine !== page.machine) return 'machine';
  return header.build === page.build ? undefined : 'build';
}

export async function describePart(name: string, content: Blob): Promise<SessionPart> {
  return { name, sizeBytes: content.size, sha256: await sha256Of(content) };
}

/** Of a whole session: nothing is copied. */
export function writeSessionFile({ header, parts }: SessionFile): Blob {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, text.length, true);
  const contents = header.parts.map(({ name }) => parts.get(name) ?? new Blob());
  return new Blob([magic, size, text, ...contents], { type: 'application/octet-stream' });
}

/**
 * Takes a file apart and checks each part. Rejects `invalidParameter` for what is no session, `dataLoss` for one that is
 * cut off or damaged.
 */
export async function readSessionFile(file: Blob): Promise<SessionFile> {
  const prelude = new Uint8Array(await file.slice(0, preludeSizeBytes).arrayBuffer());
  if (!magic.every((byte, index) => prelude[index] === byte))
    throw new KindError('invalidParameter', 'Cannot read the file: it is no saved session');
  if (prelude.length < preludeSizeBytes) throw cutOff();
  const headerSizeBytes = new DataView(prelude.buffer).getUint32(magic.length, true);
  if (headerSizeBytes > headerSizeBytesMax) throw damaged('its header is too long');
  const end = preludeSizeBytes + headerSizeBytes;
  const text = await file.slice(preludeSizeBytes, end).text();
  if (file.size < end) throw cutOff();
  const header = parseHeader(text);
  const parts = new Map<string, Blob>();
  let at = end;
  for (const part of header.parts) {
    const content = file.slice(at, at + part.sizeBytes);
    if (content.size < part.sizeBytes) throw cutOff();
    await checkPart(part, content);
    parts.set(part.name, content);
    at += part.sizeBytes;
  }
  if (file.size > at) throw damaged('there is more in it than it says');
  return { header, parts };
}

/** Rejects `dataLoss` for bytes that are not those that were saved. */
export async function checkPart(part: SessionPart, content: Blob): Promise<void> {
  if (content.size === part.sizeBytes && (await sha256Of(content)) === part.sha256) return;
  throw damaged(`part "${part.name}" is not what was saved`);
}

function parseHeader(text: string): SessionHeader {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (error) {
    throw damaged(errorMessage(error));
  }
  if (!isHeader(header)) throw damaged('its header is not whole');
  return header;
}

function isHeader(value: unknown): value is SessionHeader {
  if (typeof value !== 'object' || value === null) return false;
  const { format, id, name, savedMs, machine, build, memorySizeBytes, ...lists } =
    value as Partial<SessionHeader>;
  const { parts, running, layers, images } = lists;
  return (
    [format, savedMs, memorySizeBytes].every((number) => Number.isSafeInteger(number)) &&
    [id, name, machine, build ?? ''].every((text) => typeof text === 'string') &&
    [running, layers, images].every(isTexts) &&
    Array.isArray(parts) &&
    parts.length <= partCountMax &&
    parts.every(isPart)
  );
}

function isPart(value: unknown): value is SessionPart {
  if (typeof value !== 'object' || value === null) return false;
  const { name, sizeBytes, sha256 } = value as Partial<SessionPart>;
  const isSize = Number.isSafeInteger(sizeBytes) && (sizeBytes ?? -1) >= 0;
  return typeof name === 'string' && isSize && typeof sha256 === 'string';
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}

async function sha256Of(content: Blob): Promise<string> {
  return hexOf(new Uint8Array(await crypto.subtle.digest('SHA-256', await content.arrayBuffer())));
}

function cutOff(): KindError {
  return damaged('it is cut off');
}

function damaged(why: string): KindError {
  return new KindError('dataLoss', `Cannot read the saved session: ${why}`);
}
