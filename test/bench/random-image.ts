/** An image of a given size in a registry: one gzip layer of one file that does not compress. */
import { createHash, randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { execOk } from '../support/process.ts';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

export async function pushRandomImage(
  registry: string,
  { repository, sizeBytes }: { repository: string; sizeBytes: number },
): Promise<void> {
  const base = `http://${registry}/v2/${repository}`;
  const tar = await randomTar(sizeBytes);
  const layer = await pushBlob(base, {
    content: gzipSync(tar, { level: 1 }),
    mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
  });
  const config = await pushBlob(base, {
    content: Buffer.from(
      JSON.stringify({
        architecture: '386',
        os: 'linux',
        config: {},
        rootfs: { type: 'layers', diff_ids: [digestOf(tar)] },
      }),
    ),
    mediaType: 'application/vnd.oci.image.config.v1+json',
  });
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = { schemaVersion: 2, mediaType, config, layers: [layer] };
  await send(`${base}/manifests/latest`, {
    method: 'PUT',
    headers: { 'content-type': mediaType },
    body: JSON.stringify(manifest),
  });
}

function digestOf(content: Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

async function randomTar(sizeBytes: number): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'bottleship-random-'));
  try {
    await writeFile(join(folder, 'random'), randomBytes(sizeBytes));
    await execOk('tar', ['-cf', join(folder, 'layer.tar'), '-C', folder, 'random']);
    return await readFile(join(folder, 'layer.tar'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function pushBlob(
  base: string,
  { content, mediaType }: { content: Buffer; mediaType: string },
): Promise<Descriptor> {
  const digest = digestOf(content);
  const started = await send(`${base}/blobs/uploads/`, { method: 'POST' });
  const location = new URL(started.headers.get('location') ?? '', base);
  location.searchParams.set('digest', digest);
  await send(location.href, {
    method: 'PUT',
    headers: { 'content-type': 'application/octet-stream' },
    body: new Uint8Array(content),
  });
  return { mediaType, digest, size: content.length };
}

async function send(url: string, options: RequestInit): Promise<Response> {
  const response = await fetch(url, options);
  if (response.ok) return response;
  throw new Error(`Cannot push to ${url}: ${response.status} ${await response.text()}`);
}
