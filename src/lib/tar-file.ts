/** Single entries of a tar, for archives made of a few small files. */
import { encodeByteString } from './byte-string.ts';
import { joinBytes } from './join-bytes.ts';

const blockSize = 512;

export interface TarFileOptions {
  /** At most 100 bytes. */
  readonly name: string;
  readonly content: Uint8Array;
  readonly mode?: number;
  /** Seconds since 1970. */
  readonly modified?: number;
}

/** A regular file of root's: header, content, padding. */
export function tarFile(options: TarFileOptions): Uint8Array {
  const { name, content, mode = 0o600, modified = 0 } = options;
  const header = new Uint8Array(blockSize);
  const put = (at: number, text: string) => header.set(encodeByteString(text), at);
  const octal = (at: number, value: number, length: number) =>
    put(at, `${value.toString(8).padStart(length - 1, '0')}\0`);
  put(0, name);
  octal(100, mode, 8);
  octal(108, 0, 8);
  octal(116, 0, 8);
  octal(124, content.length, 12);
  octal(136, modified, 12);
  put(148, '        ');
  put(156, '0');
  put(257, 'ustar\x0000');
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `);
  const padding = new Uint8Array((blockSize - (content.length % blockSize)) % blockSize);
  return joinBytes([header, content, padding]);
}

/** Two empty blocks. */
export function tarEnd(): Uint8Array {
  return new Uint8Array(2 * blockSize);
}
