/**
 * A machine that was saved in the moment its agent first said hello, as the file `booted.bin` of public/machine. Whoever
 * starts from it skips the kernel's boot and nothing else: the machine is as every boot leaves it, its host has not been
 * heard yet. `vm-image/booted` makes it.
 *
 * Layout: "BTLB", u32 length of a header in JSON, the header, the state (little endian).
 */
import { decodeBase64, encodeBase64 } from '../lib/base64.ts';
import { KindError } from '../lib/errors.ts';
import type { SavedState } from '../vm/machine.ts';
import type { SavedFiles } from './ninep/saved-files.ts';

export interface BootedMachine {
  readonly memorySizeBytes: number;
  readonly state: SavedState;
  /** What it held open of the files it is served. */
  readonly files: SavedFiles;
  /** sha256 in hex of everything that it was made from, by name: with other files it makes no sense. */
  readonly madeFrom: Readonly<Record<string, string>>;
}

interface Header {
  readonly memorySizeBytes: number;
  readonly frames: readonly string[];
  readonly console: string;
  readonly files: SavedFiles;
  readonly madeFrom: Readonly<Record<string, string>>;
}

/** Of the machine in `booted.bin`; one with more or less memory boots its kernel. SeaBIOS keeps the top 16 MiB. */
export const bootedMemorySizeBytes = 528 * 1024 * 1024;

const magic = 'BTLB';
const prefixSizeBytes = 8;
const headerSizeBytesMax = 1024 * 1024;

export function encodeBootedMachine(machine: BootedMachine): Uint8Array<ArrayBuffer> {
  const { state, memorySizeBytes, files, madeFrom } = machine;
  const header: Header = {
    memorySizeBytes,
    frames: (state.frames ?? []).map(encodeBase64),
    console: state.console ?? '',
    files,
    madeFrom,
  };
  const head = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(prefixSizeBytes + head.length + state.bytes.byteLength);
  bytes.set(new TextEncoder().encode(magic));
  new DataView(bytes.buffer).setUint32(magic.length, head.length, true);
  bytes.set(head, prefixSizeBytes);
  bytes.set(new Uint8Array(state.bytes), prefixSizeBytes + head.length);
  return bytes;
}

/** Throws `dataLoss` for anything else. */
export function decodeBootedMachine(bytes: Uint8Array): BootedMachine {
  const text = new TextDecoder();
  if (bytes.length < prefixSizeBytes || text.decode(bytes.subarray(0, magic.length)) !== magic)
    throw damaged();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headSizeBytes = view.getUint32(magic.length, true);
  const stateAt = prefixSizeBytes + headSizeBytes;
  if (headSizeBytes > headerSizeBytesMax || stateAt >= bytes.length) throw damaged();
  try {
    const head = text.decode(bytes.subarray(prefixSizeBytes, stateAt));
    const { memorySizeBytes, frames, console, files, madeFrom } = JSON.parse(head) as Header;
    if (memorySizeBytes !== bootedMemorySizeBytes) throw damaged();
    // A copy with a buffer of its own, whatever kind of array this is.
    const state = {
      bytes: new Uint8Array(bytes.subarray(stateAt)).buffer,
      frames: frames.map(decodeBase64),
      console,
    };
    return { memorySizeBytes, state, files, madeFrom };
  } catch (error) {
    throw damaged(error);
  }
}

function damaged(cause?: unknown): KindError {
  return new KindError('dataLoss', 'Cannot start from the booted machine: its file is damaged', {
    cause,
  });
}
