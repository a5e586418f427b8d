/**
 * The files of the local driver: records of a length, a protocol buffer and the length again, big endian,
 * as dockerd's. A record has the stream (1), the time in nanoseconds (2), the line without its newline (3)
 * and whether it was cut (4).
 */
import { ByteBuilder, type LogDecoder, type LogFormat, type LogLine } from './log-format.ts';

const newline = 10;
const lengthSizeBytes = 4;
/** A line is at most 16 KiB. */
const recordSizeBytesMax = 64 * 1024;

export const localFormat: LogFormat = {
  encode(lines) {
    const out = new ByteBuilder();
    for (const line of lines) {
      const record = encodeRecord(line);
      const length = new Uint8Array(lengthSizeBytes);
      new DataView(length.buffer).setUint32(0, record.length);
      out.append(length);
      out.append(record);
      out.append(length);
    }
    return out.finish();
  },
  decoder: () => new LocalDecoder(),
};

function encodeRecord({ stream, timeMs, line }: LogLine): Uint8Array {
  const cut = line.at(-1) !== newline;
  const text = cut ? line : line.subarray(0, -1);
  const out = new ByteBuilder();
  out.byte(0x0a);
  out.byte(stream.length);
  out.append(new TextEncoder().encode(stream));
  out.byte(0x10);
  putVarint(out, BigInt(timeMs) * 1_000_000n);
  out.byte(0x1a);
  putVarint(out, BigInt(text.length));
  out.append(text);
  if (cut) {
    out.byte(0x20);
    out.byte(1);
  }
  return out.finish();
}

function putVarint(out: ByteBuilder, value: bigint): void {
  let rest = value;
  for (; rest > 127n; rest >>= 7n) out.byte(Number(rest & 127n) | 128);
  out.byte(Number(rest));
}

class LocalDecoder implements LogDecoder {
  #rest = new Uint8Array();

  push(bytes: Uint8Array): LogLine[] {
    const whole = new Uint8Array(this.#rest.length + bytes.length);
    whole.set(this.#rest);
    whole.set(bytes, this.#rest.length);
    const view = new DataView(whole.buffer);
    const lines: LogLine[] = [];
    let at = 0;
    while (at + lengthSizeBytes <= whole.length) {
      const length = view.getUint32(at);
      // Nothing after a damaged length can be told apart any more.
      if (length > recordSizeBytesMax) return lines;
      const end = at + lengthSizeBytes + length + lengthSizeBytes;
      if (end > whole.length) break;
      const start = at + lengthSizeBytes;
      lines.push(decodeRecord(whole.subarray(start, start + length)));
      at = end;
    }
    this.#rest = whole.slice(at);
    return lines;
  }
}

function decodeRecord(record: Uint8Array): LogLine {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; at < record.length; shift += 7n) {
      const byte = record[at++] ?? 0;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) break;
    }
    return value;
  };
  const bytes = (): Uint8Array => {
    const length = Number(varint());
    at += length;
    return record.subarray(at - length, at);
  };
  let [stream, timeMs, text, cut] = ['stdout', 0, new Uint8Array(), false];
  while (at < record.length) {
    const tag = record[at++];
    if (tag === 0x0a) stream = new TextDecoder().decode(bytes());
    else if (tag === 0x10) timeMs = Number(varint() / 1_000_000n);
    else if (tag === 0x1a) text = bytes().slice();
    else if (tag === 0x20) cut = varint() !== 0n;
    else break;
  }
  const line = new Uint8Array(text.length + (cut ? 0 : 1));
  line.set(text);
  if (!cut) line[text.length] = newline;
  return { stream: stream === 'stderr' ? 'stderr' : 'stdout', timeMs, line };
}
