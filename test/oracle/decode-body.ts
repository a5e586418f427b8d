/** A body as something that can be compared and read: JSON, lines of JSON, text of streams, members of a tar. */
import { StdcopyDecoder } from '../../src/lib/stdcopy.ts';
import { TarReader } from '../../src/image/tar-reader.ts';
import type { RawAnswer } from './transport.ts';

export function decodeBody({ headers, body }: RawAnswer): unknown {
  const type = headers['content-type'] ?? '';
  if (body.length === 0) return undefined;
  if (type.startsWith('application/json')) return decodeJson(new TextDecoder().decode(body));
  if (type.includes('tar') || isTar(body)) return tarMembers(body);
  if (type.startsWith('application/vnd.docker.')) return streams(body);
  return new TextDecoder().decode(body);
}

function decodeJson(text: string): unknown {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 1) return parse(lines[0] ?? '');
  return { lines: lines.map(parse) };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return { notJson: line };
  }
}

/** Frames of one stream are joined: how output is cut into frames says nothing. */
function streams(body: Uint8Array): unknown {
  const decoder = new StdcopyDecoder();
  const seen: Record<string, string> = {};
  try {
    for (const { stream, payload } of decoder.push(body))
      seen[stream] = (seen[stream] ?? '') + Buffer.from(payload).toString();
    return seen;
  } catch {
    return { raw: Buffer.from(body).toString() };
  }
}

function isTar(body: Uint8Array): boolean {
  return Buffer.from(body.subarray(257, 262)).toString() === 'ustar';
}

function tarMembers(body: Uint8Array): string[] {
  const members: string[] = [];
  const reader = new TarReader({
    entry: ({ name, type, mode, uid, gid, sizeBytes, linkName }) => {
      const link = linkName === '' ? '' : ` -> ${linkName}`;
      members.push(`${type} ${mode.toString(8)} ${uid}:${gid} ${sizeBytes} ${name}${link}`);
    },
  });
  reader.write(body);
  reader.finish();
  return members.sort();
}
