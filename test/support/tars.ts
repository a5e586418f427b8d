/** Small tar archives for tests, honest or not: what no tar program would write. */
import type { TarWriterEntry } from '../../src/image/tar-writer.ts';

export interface TarMember {
  readonly name: string;
  /** Type flag: '0' file, '1' hard link, '2' symlink, '3' character device, '5' directory. */
  readonly type: string;
  readonly target?: string;
  readonly content?: string;
}

const blockSize = 512;

export function tarOf(members: readonly TarMember[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (const member of members) {
    const content = new TextEncoder().encode(member.content ?? '');
    parts.push(header(member, content.length));
    const padded = new Uint8Array(Math.ceil(content.length / blockSize) * blockSize);
    padded.set(content);
    parts.push(padded);
  }
  parts.push(new Uint8Array(2 * blockSize));
  return new Blob(parts).stream();
}

function header({ name, type, target = '' }: TarMember, size: number): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(blockSize);
  const put = (text: string, at: number): void => block.set(new TextEncoder().encode(text), at);
  put(name, 0);
  put('0000644\0', 100);
  put('0000000\0', 108);
  put('0000000\0', 116);
  put(`${size.toString(8).padStart(11, '0')}\0`, 124);
  put('00000000000\0', 136);
  put('        ', 148);
  put(type, 156);
  put(target, 157);
  put('ustar\u000000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

const evil = (name: string): TarMember => ({ name, type: '0', content: 'evil' });

/** Each tries to write `evil…` outside, or to reach /tmp/secret. */
export const hostileTars: Readonly<Record<string, readonly TarMember[]>> = {
  'names with ..': [evil('../../../../evil1'), evil('../evil2'), evil('a/../../evil3')],
  'an absolute name': [evil('/evil4')],
  'a symlink to the root': [{ name: 'l', type: '2', target: '/' }, evil('l/evil5')],
  'a symlink upwards': [{ name: 'l', type: '2', target: '../../..' }, evil('l/evil6')],
  'a symlink to a process’s root': [
    { name: 'l', type: '2', target: '/proc/1/root' },
    evil('l/evil7'),
  ],
  'a hard link to a file outside': [
    { name: 'h', type: '1', target: '/tmp/secret' },
    { name: 'i', type: '1', target: '../secret' },
  ],
  'a file through a symlink of its own name': [
    { name: 's', type: '2', target: '/tmp/secret' },
    { name: 's', type: '0', content: 'overwritten' },
  ],
  'a hard link to a symlink, then a file': [
    { name: 's', type: '2', target: '/tmp/secret' },
    { name: 'h', type: '1', target: 's' },
    { name: 'h', type: '0', content: 'overwritten' },
  ],
  'the root as something else': [{ name: './', type: '2', target: '/tmp' }, evil('evil8')],
};

/** A file of so many bytes in GNU tar's PAX form 0.1: `data` lies at `offset`, all else is holes. */
export function sparseFile(
  name: string,
  sizeBytes: number,
  { data, offset = 0 }: { readonly data: Uint8Array; readonly offset?: number },
): TarWriterEntry & { readonly data: Uint8Array } {
  return {
    name: 'GNUSparseFile/f',
    type: 'file',
    data,
    pax: {
      'GNU.sparse.major': '0',
      'GNU.sparse.minor': '1',
      'GNU.sparse.name': name,
      'GNU.sparse.size': String(sizeBytes),
      'GNU.sparse.map': `${offset},${data.length}`,
      'GNU.sparse.numblocks': '1',
    },
  };
}
