import { describe, expect, it } from 'vitest';
import {
  describePart,
  readSessionFile,
  sessionFormat,
  sessionMismatch,
  writeSessionFile,
  type SessionFile,
  type SessionHeader,
} from './session-file.ts';
import { pack, packDisk, unpackDisk } from './session-parts.ts';

async function session(change: Partial<SessionHeader> = {}): Promise<SessionFile> {
  const parts = new Map([
    ['machine', new Blob(['memory and devices'])],
    ['disk', new Blob([])],
  ]);
  const header: SessionHeader = {
    format: sessionFormat,
    id: 'a',
    name: 'Mine – 我的',
    savedMs: 1,
    machine: 'abc',
    build: 'one',
    memorySizeBytes: 1024,
    running: ['web'],
    layers: [],
    images: [],
    parts: await Promise.all(Array.from(parts, ([name, content]) => describePart(name, content))),
    ...change,
  };
  return { header, parts };
}

const failing = (kind: string, message: string) =>
  expect.objectContaining({ kind, message: expect.stringContaining(message) as string });

describe('readSessionFile()', () => {
  it('gives back what writeSessionFile() wrote', async () => {
    const written = await session();
    const { header, parts } = await readSessionFile(writeSessionFile(written));
    expect(header).toEqual(written.header);
    expect(await parts.get('machine')?.text()).toBe('memory and devices');
    expect(parts.get('disk')?.size).toBe(0);
  });

  it('says of every cut that the file is cut off, or that it is none', async () => {
    const file = writeSessionFile(await session());
    for (let size = 0; size < file.size; size += 1) {
      const error: unknown = await readSessionFile(file.slice(0, size)).catch((e: unknown) => e);
      if (size < 8) expect(error).toEqual(failing('invalidParameter', 'it is no saved session'));
      else expect(error).toEqual(failing('dataLoss', 'it is cut off'));
    }
  });

  it('finds a byte that was changed, and bytes that were added', async () => {
    const file = new Uint8Array(await writeSessionFile(await session()).arrayBuffer());
    const last = file.length - 1;
    file[last] = (file[last] ?? 0) ^ 1;
    await expect(readSessionFile(new Blob([file]))).rejects.toEqual(
      failing('dataLoss', 'part "machine" is not what was saved'),
    );
    file[last] ^= 1;
    await expect(readSessionFile(new Blob([file, 'x']))).rejects.toEqual(
      failing('dataLoss', 'there is more in it than it says'),
    );
  });

  it.each<[string, Partial<Record<keyof SessionHeader, unknown>>]>([
    ['no name', { name: undefined }],
    ['parts that are none', { parts: [{ name: 'disk' }] }],
    ['a part of a negative size', { parts: [{ name: 'disk', sizeBytes: -1, sha256: '' }] }],
    ['a format that is no number', { format: 'new' }],
  ])('refuses a header with %s', async (_what, change) => {
    const file = writeSessionFile(await session(change as Partial<SessionHeader>));
    await expect(readSessionFile(file)).rejects.toEqual(failing('dataLoss', 'header is not whole'));
  });

  it('refuses a header that is too long or no JSON', async () => {
    const magic = 'BOTTLESN';
    await expect(readSessionFile(new Blob([magic, new Uint8Array(4).fill(255)]))).rejects.toEqual(
      failing('dataLoss', 'its header is too long'),
    );
    await expect(
      readSessionFile(new Blob([magic, Uint8Array.of(1, 0, 0, 0), '{'])),
    ).rejects.toMatchObject({ kind: 'dataLoss' });
  });
});

describe('sessionMismatch()', () => {
  it('tells another machine, another build and another format', async () => {
    const { header } = await session();
    const page = { machine: 'abc', build: 'one' };
    expect(sessionMismatch(header, page)).toBeUndefined();
    expect(sessionMismatch(header, { ...page, machine: 'other' })).toBe('machine');
    expect(sessionMismatch(header, { ...page, build: 'two' })).toBe('build');
    expect(sessionMismatch({ ...header, format: sessionFormat + 1 }, page)).toBe('format');
  });
});

describe('unpackDisk()', () => {
  const parts = [
    { offset: 0, bytes: Uint8Array.of(1, 2) },
    { offset: 7 * 2 ** 30, bytes: new Uint8Array(65536).fill(3) },
  ];

  async function* all(): AsyncGenerator<(typeof parts)[number], void> {
    yield* parts;
  }

  it('gives back what packDisk() packed', async () => {
    const found = [];
    for await (const part of unpackDisk(await packDisk(all()))) found.push(part);
    expect(found).toEqual(parts);
  });

  it('says when the end of a part is missing', async () => {
    const packed = await pack(new Blob([Uint8Array.of(0, 0, 0, 0, 9, 0, 0, 0, 1)]).stream());
    const read = async (): Promise<void> => {
      for await (const part of unpackDisk(packed)) void part;
    };
    await expect(read()).rejects.toEqual(failing('dataLoss', 'its disk is damaged'));
  });
});
