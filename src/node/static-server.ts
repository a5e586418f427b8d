/**
 * Serves the built page. The list of files is taken once, when the server starts, so no request path ever
 * reaches the file system; precompressed `.br` siblings go to whoever accepts them.
 */
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { mediaTypeOf } from './media-type.ts';
import { parseRange } from './byte-range.ts';
import { securityHeadersOf } from './security-headers.ts';

interface StaticFile {
  readonly filePath: string;
  readonly sizeBytes: number;
  readonly etag: string;
}

interface StaticEntry {
  readonly plain: StaticFile;
  readonly brotli?: StaticFile;
}

/** Lists a folder and answers GET and HEAD for what it holds; everything else is 404 or 405. */
export async function staticServer(folder: string): Promise<RequestListener> {
  const entries = await listFolder(folder);
  return (request, response) => {
    const url = parsePath(request.url ?? '/');
    for (const [name, value] of Object.entries(securityHeadersOf(url?.path ?? '')))
      response.setHeader(name, value);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      return refuse(response, 405, 'Method not allowed');
    }
    const entry = url === undefined ? undefined : entries.get(url.path);
    if (url === undefined || entry === undefined) return refuse(response, 404, 'Not found');
    response.setHeader('cache-control', cacheControl(url.path, url.versioned));
    response.setHeader('content-type', mediaTypeOf(entry.plain.filePath));
    answer(request, response, entry);
  };
}

async function listFolder(folder: string): Promise<ReadonlyMap<string, StaticEntry>> {
  const files = new Map<string, StaticFile>();
  for (const found of await readdir(folder, { recursive: true, withFileTypes: true })) {
    // Symbolic links are neither followed nor served.
    if (!found.isFile()) continue;
    const filePath = join(found.parentPath, found.name);
    const { size, mtimeMs } = await stat(filePath);
    const name = filePath.slice(folder.length).replaceAll('\\', '/').replace(/^\/?/, '/');
    const etag = `"${size.toString(36)}-${Math.trunc(mtimeMs).toString(36)}"`;
    files.set(name, { filePath, sizeBytes: size, etag });
  }
  const entries = new Map<string, StaticEntry>();
  for (const [name, plain] of files) {
    if (name.endsWith('.br') && files.has(name.slice(0, -'.br'.length))) continue;
    const brotli = files.get(`${name}.br`);
    const entry = brotli === undefined ? { plain } : { plain, brotli };
    entries.set(name, entry);
    // The address of embeds, as other sites write it.
    if (name === '/embed.html') entries.set('/embed', entry);
    if (name.endsWith('/index.html')) entries.set(name.slice(0, -'index.html'.length), entry);
  }
  return entries;
}

function parsePath(target: string): { path: string; versioned: boolean } | undefined {
  const [rawPath = '', query] = target.split('?', 2);
  try {
    return { path: decodeURIComponent(rawPath), versioned: /^v=[0-9a-f]{8,}$/.test(query ?? '') };
  } catch {
    return undefined;
  }
}

/** Names that carry a hash never change; for the others the browser asks again. */
function cacheControl(path: string, versioned: boolean): string {
  const addressed = path.startsWith('/assets/') || /[/:][0-9a-f]{64}(?:\.zst)?$/.test(path);
  return addressed || versioned ? 'public, max-age=31536000, immutable' : 'no-cache';
}

function answer(request: IncomingMessage, response: ServerResponse, entry: StaticEntry): void {
  const rangeHeader = request.headers.range;
  if (entry.brotli !== undefined) response.setHeader('vary', 'accept-encoding');
  // Ranges count in bytes of the plain file.
  const compressed = rangeHeader === undefined && acceptsBrotli(request) && entry.brotli;
  const file = compressed || entry.plain;
  response.setHeader('etag', file.etag);
  response.setHeader('accept-ranges', 'bytes');
  if (request.headers['if-none-match'] === file.etag) {
    response.writeHead(304).end();
    return;
  }
  if (compressed) response.setHeader('content-encoding', 'br');
  if (rangeHeader === undefined) {
    send(request, response, { file, status: 200, start: 0, end: file.sizeBytes - 1 });
    return;
  }
  const range = parseRange(rangeHeader, file.sizeBytes);
  if (range === 'unsatisfiable') {
    response.setHeader('content-range', `bytes */${file.sizeBytes}`);
    return refuse(response, 416, 'Range not satisfiable');
  }
  if (range === undefined) {
    send(request, response, { file, status: 200, start: 0, end: file.sizeBytes - 1 });
    return;
  }
  response.setHeader('content-range', `bytes ${range.start}-${range.end}/${file.sizeBytes}`);
  send(request, response, { file, status: 206, ...range });
}

interface Piece {
  readonly file: StaticFile;
  readonly status: number;
  readonly start: number;
  /** Inclusive; below `start` for an empty file. */
  readonly end: number;
}

function send(request: IncomingMessage, response: ServerResponse, piece: Piece): void {
  const { file, status, start, end } = piece;
  response.setHeader('content-length', end - start + 1);
  response.writeHead(status);
  if (request.method === 'HEAD' || end < start) {
    response.end();
    return;
  }
  // A file that shrinks or a peer that leaves ends the response; there is nobody left to tell.
  pipeline(createReadStream(file.filePath, { start, end }), response, () => undefined);
}

function acceptsBrotli(request: IncomingMessage): boolean {
  const accepted = String(request.headers['accept-encoding'] ?? '');
  return accepted
    .split(',')
    .some((coding) => /^\s*br\s*(?:;(?!\s*q=0(?:\.0*)?\s*$).*)?$/.test(coding));
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.setHeader('cache-control', 'no-store');
  response.writeHead(status).end(`${text}\n`);
}
