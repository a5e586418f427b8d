/**
 * Sends one blob (https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-blobs): a small one
 * in one request, a larger one in pieces, as no `fetch` everywhere takes a stream.
 */
import { KindError } from '../lib/errors.ts';
import type { Digest } from '../image/digest.ts';
import { createHasher } from '../image/hash.ts';
import type { RepositoryClient } from './repository-client.ts';

/** Held in memory for each upload. */
const pieceBytes = 4 * 1024 * 1024;

export interface UploadedBlob {
  readonly digest: Digest;
  readonly sizeBytes: number;
}

export interface UploadOptions {
  readonly source: AsyncIterable<Uint8Array>;
  /** Of an upload that the registry began already; else one is begun. */
  readonly location?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The registry verifies the digest: it knows all bytes when this resolves. */
export async function uploadBlob(
  client: RepositoryClient,
  { source, location: begun, signal }: UploadOptions,
): Promise<UploadedBlob> {
  let location = begun ?? (await beginUpload(client, signal));
  const hasher = await createHasher();
  const piece = new Uint8Array(pieceBytes);
  let filled = 0;
  let sent = 0;
  for await (const chunk of source) {
    hasher.update(chunk);
    for (let at = 0; at < chunk.length;) {
      const length = Math.min(chunk.length - at, pieceBytes - filled);
      piece.set(chunk.subarray(at, at + length), filled);
      filled += length;
      at += length;
      if (filled < pieceBytes) continue;
      location = await sendPiece(client, { location, bytes: piece, offset: sent, signal });
      sent += filled;
      filled = 0;
    }
  }
  const rest = piece.subarray(0, filled);
  if (sent > 0 && filled > 0) {
    location = await sendPiece(client, { location, bytes: rest, offset: sent, signal });
  }
  const digest = hasher.digest();
  const mark = location.includes('?') ? '&' : '?';
  await client.call(`${location}${mark}digest=${encodeURIComponent(digest)}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/octet-stream' },
    body: sent > 0 ? new Uint8Array(0) : rest,
    expect: [201],
    signal,
  });
  return { digest, sizeBytes: sent + filled };
}

async function beginUpload(
  client: RepositoryClient,
  signal: AbortSignal | undefined,
): Promise<string> {
  const response = await client.call('blobs/uploads/', { method: 'POST', expect: [202], signal });
  return uploadLocation(client, response);
}

async function sendPiece(
  client: RepositoryClient,
  piece: { location: string; bytes: Uint8Array; offset: number; signal: AbortSignal | undefined },
): Promise<string> {
  const { location, bytes, offset, signal } = piece;
  const response = await client.call(location, {
    method: 'PATCH',
    headers: {
      'content-type': 'application/octet-stream',
      'content-range': `${offset}-${offset + bytes.length - 1}`,
    },
    body: bytes,
    expect: [202],
    signal,
  });
  return uploadLocation(client, response);
}

/** Where to go on. Another host than the registry's gets none of its credentials. */
export function uploadLocation(client: RepositoryClient, response: Response): string {
  const location = response.headers.get('location') ?? '';
  if (location === '' || !URL.canParse(location, client.baseUrl))
    throw new KindError('system', 'registry gave no location for the upload');
  return new URL(location, client.baseUrl).href;
}
