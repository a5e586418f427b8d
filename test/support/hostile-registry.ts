/**
 * A registry on loopback that serves images made in memory and misbehaves on request: each path has a queue of
 * faults, and each request takes the next one.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

export type Fault = (request: IncomingMessage, response: ServerResponse, serve: () => void) => void;

export interface TestImage {
  readonly manifest: Buffer;
  readonly manifestDigest: string;
  readonly configDigest: string;
  readonly layers: readonly {
    readonly digest: string;
    readonly diffId: string;
    readonly blob: Buffer;
  }[];
}

export interface TestImageOptions {
  readonly layers: readonly Uint8Array[];
  readonly compress?: (layer: Uint8Array) => Uint8Array;
  /** Changes what the config says before it is written. */
  readonly config?: (config: Record<string, unknown>) => void;
  readonly manifest?: (manifest: TestManifest) => void;
}

export interface TestManifest {
  schemaVersion: number;
  mediaType: string;
  config: { mediaType: string; digest: string; size: number };
  layers: { mediaType: string; digest: string; size: number }[];
  [field: string]: unknown;
}

export function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export async function startHostileRegistry() {
  const blobs = new Map<string, Uint8Array>();
  const manifests = new Map<string, { body: Uint8Array; contentType: string }>();
  const faults = new Map<string, Fault[]>();
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    requests.push(
      `${request.method} ${request.url}${request.headers.range ? ` ${request.headers.range}` : ''}`,
    );
    const serve = () => answer({ path, request, response, blobs, manifests });
    const fault = faults.get(path)?.shift();
    if (fault === undefined) serve();
    else fault(request, response, serve);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const putManifest = (name: string, body: Uint8Array, contentType: string) => {
    for (const reference of [name, name.replace(/[^/]+$/, sha256(body))]) {
      manifests.set(`/v2/${reference}`, { body, contentType });
    }
    return sha256(body);
  };
  return {
    port,
    baseUrl: `http://127.0.0.1:${port}/v2/`,
    requests,
    /** Queues faults for the requests to come on `path`, which starts with `/v2/` or `/token`. */
    fail: (path: string, ...next: Fault[]) => void faults.set(path, next),
    putManifest,
    putImage: (repository: string, tag: string, options: TestImageOptions) =>
      putImage({ blobs, putManifest, name: `${repository}/manifests/${tag}`, options }),
    async dispose() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function putImage(context: {
  blobs: Map<string, Uint8Array>;
  putManifest: (name: string, body: Uint8Array, contentType: string) => string;
  name: string;
  options: TestImageOptions;
}): TestImage {
  const { blobs, putManifest, name, options } = context;
  const layers = options.layers.map((layer) => {
    const blob = Buffer.from((options.compress ?? gzipSync)(layer));
    blobs.set(sha256(blob), blob);
    return { digest: sha256(blob), diffId: sha256(layer), blob };
  });
  const config: Record<string, unknown> = {
    os: 'linux',
    architecture: '386',
    created: '2024-01-02T03:04:05Z',
    config: { Cmd: ['sh'], Env: ['PATH=/bin'] },
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
  };
  options.config?.(config);
  const configBytes = Buffer.from(JSON.stringify(config));
  blobs.set(sha256(configBytes), configBytes);
  const manifest: TestManifest = {
    schemaVersion: 2,
    mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
    config: {
      mediaType: 'application/vnd.docker.container.image.v1+json',
      digest: sha256(configBytes),
      size: configBytes.length,
    },
    layers: layers.map(({ digest, blob }) => ({
      mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
      digest,
      size: blob.length,
    })),
  };
  options.manifest?.(manifest);
  const body = Buffer.from(JSON.stringify(manifest));
  const manifestDigest = putManifest(name, body, manifest.mediaType);
  return { manifest: body, manifestDigest, configDigest: sha256(configBytes), layers };
}

function answer(context: {
  path: string;
  request: IncomingMessage;
  response: ServerResponse;
  blobs: Map<string, Uint8Array>;
  manifests: Map<string, { body: Uint8Array; contentType: string }>;
}): void {
  const { path, request, response, blobs, manifests } = context;
  const manifest = manifests.get(path);
  if (manifest !== undefined) {
    response.setHeader('content-type', manifest.contentType);
    response.end(manifest.body);
    return;
  }
  const blob = blobs.get(path.split('/').at(-1) ?? '');
  if (blob !== undefined) {
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (start > 0) {
      response.statusCode = 206;
      response.setHeader('content-range', `bytes ${start}-${blob.length - 1}/${blob.length}`);
    }
    response.end(blob.subarray(start));
    return;
  }
  const code = path.includes('/manifests/') ? 'MANIFEST_UNKNOWN' : 'BLOB_UNKNOWN';
  refuse(404, code, code.toLowerCase().replace('_', ' '))(request, response, () => undefined);
}

/** Answers with an error of the distribution API. */
export function refuse(
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
): Fault {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify({ errors: [{ code, message }] }));
  };
}

/** Answers with these bytes. */
export function send(body: string | Uint8Array, headers: Record<string, string> = {}): Fault {
  return (_request, response) => {
    response.writeHead(200, headers);
    response.end(body);
  };
}

/** Sends the first bytes of a longer body and then breaks the connection. */
export function breakAfter(bytes: Uint8Array, totalBytes: number): Fault {
  return (_request, response) => {
    response.writeHead(200, { 'content-length': String(totalBytes) });
    response.write(bytes);
    setTimeout(() => response.destroy(), 20);
  };
}
