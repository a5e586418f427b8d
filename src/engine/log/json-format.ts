/** The files of the json-file driver: one JSON object a line, as dockerd writes them byte for byte. */
import { isRecord } from '../../lib/json.ts';
import { escapeHtmlInJson } from '../../lib/template/functions.ts';
import { rfc3339NanoOf } from '../timestamps.ts';
import { ByteBuilder, type LogDecoder, type LogFormat, type LogLine } from './log-format.ts';

const encoder = new TextEncoder();
const newline = 10;
/** Longer ones are no line of ours: a line is at most 16 KiB, each byte of it at most six. */
const lineSizeBytesMax = 256 * 1024;

const escapes = new Map<number, Uint8Array>(
  [
    ...Array.from({ length: 32 }, (_, byte) => [byte, escapeOf(byte)] as const),
    [0x22, '\\"'] as const,
    [0x5c, '\\\\'] as const,
    [0x3c, '\\u003c'] as const,
    [0x3e, '\\u003e'] as const,
    [0x26, '\\u0026'] as const,
  ].map(([byte, text]) => [byte, encoder.encode(text)]),
);

function escapeOf(byte: number): string {
  if (byte === 10) return '\\n';
  if (byte === 13) return '\\r';
  if (byte === 9) return '\\t';
  return `\\u00${byte.toString(16).padStart(2, '0')}`;
}

/** `attributes`: of every line, when there are any. */
export function jsonFormat(attributes: Readonly<Record<string, string>>): LogFormat {
  const extra =
    Object.keys(attributes).length === 0
      ? ''
      : `"attrs":${escapeHtmlInJson(JSON.stringify(attributes))},`;
  return {
    encode: (lines) => encode(lines, extra),
    decoder: () => new JsonDecoder(),
  };
}

const head = encoder.encode('{"log":"');

function encode(lines: readonly LogLine[], extra: string): Uint8Array {
  const out = new ByteBuilder();
  let tail = new Uint8Array();
  let before: LogLine | undefined;
  for (const line of lines) {
    if (before?.stream !== line.stream || before.timeMs !== line.timeMs) {
      const time = rfc3339NanoOf(Math.floor(line.timeMs / 1000), (line.timeMs % 1000) * 1e6);
      tail = encoder.encode(`","stream":"${line.stream}",${extra}"time":"${time}"}\n`);
    }
    before = line;
    out.append(head);
    putText(out, line.line);
    out.append(tail);
  }
  return out.finish();
}

/** Runs of plain bytes are copied whole. What is no UTF-8 becomes U+FFFD, as in Go. */
function putText(out: ByteBuilder, bytes: Uint8Array): void {
  const text = bytes.some((byte) => byte >= 0x80)
    ? encoder.encode(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes))
    : bytes;
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const byte = text[at] ?? 0;
    if (
      byte >= 0x20 &&
      byte !== 0x22 &&
      byte !== 0x5c &&
      byte !== 0x3c &&
      byte !== 0x3e &&
      byte !== 0x26
    )
      continue;
    out.append(text.subarray(start, at));
    out.append(escapes.get(byte) ?? new Uint8Array());
    start = at + 1;
  }
  out.append(text.subarray(start));
}

class JsonDecoder implements LogDecoder {
  #rest = new Uint8Array();

  push(bytes: Uint8Array): LogLine[] {
    const whole = new Uint8Array(this.#rest.length + bytes.length);
    whole.set(this.#rest);
    whole.set(bytes, this.#rest.length);
    const lines: LogLine[] = [];
    let start = 0;
    for (let end = whole.indexOf(newline); end >= 0; end = whole.indexOf(newline, start)) {
      const line = parseLine(new TextDecoder().decode(whole.subarray(start, end)));
      if (line !== undefined) lines.push(line);
      start = end + 1;
    }
    const rest = whole.slice(start);
    this.#rest = rest.length > lineSizeBytesMax ? new Uint8Array() : rest;
    return lines;
  }
}

function parseLine(text: string): LogLine | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (!isRecord(value)) return undefined;
    const { log, stream, time } = value;
    if (typeof log !== 'string' || typeof time !== 'string') return undefined;
    const timeMs = Date.parse(time);
    if (Number.isNaN(timeMs)) return undefined;
    return {
      stream: stream === 'stderr' ? 'stderr' : 'stdout',
      timeMs,
      line: encoder.encode(log),
    };
  } catch {
    return undefined;
  }
}
