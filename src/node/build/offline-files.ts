/**
 * The end of a build: lists what it made, builds the service worker around that list, and writes a
 * brotli sibling of what compresses, so that the server compresses nothing while it serves.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, constants } from 'node:zlib';
import type { Plugin } from 'vite';
import { buildClassicScript } from './classic-script.ts';
import type { Precache, PrecacheFile } from '../../browser/precache.ts';

const serviceWorkerName = 'service-worker.js';
/** Below this, a response is one packet anyway. */
const compressedSizeBytesMin = 1024;

export function offlineFiles(root: string): Plugin {
  const outDir = join(root, 'dist');
  return {
    name: 'bottleship:offline-files',
    apply: 'build',
    closeBundle: {
      order: 'post',
      sequential: true,
      async handler() {
        const precache = await listPrecache(outDir);
        await buildClassicScript({
          root,
          outDir,
          input: 'src/browser/service-worker.ts',
          name: serviceWorkerName,
          define: { __PRECACHE__: JSON.stringify(precache) },
        });
        await compressTexts(outDir, join(root, '.cache/brotli'));
      },
    },
  };
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .map((path) => path.replaceAll('\\', '/'))
    .sort();
}

async function listPrecache(outDir: string): Promise<Precache> {
  const core: PrecacheFile[] = [];
  const blobs: PrecacheFile[] = [];
  for (const path of await listFiles(outDir)) {
    const isBlob = /^library\/.*\/blobs\//.test(path);
    if (!isBlob && !isCore(path)) continue;
    const content = await readFile(join(outDir, path));
    const sha256 = createHash('sha256').update(content).digest('hex');
    const url = addressOf(path, sha256);
    (isBlob ? blobs : core).push({ url, sizeBytes: content.byteLength, sha256 });
  }
  const hash = createHash('sha256').update(JSON.stringify([core, blobs]));
  return { version: hash.digest('hex').slice(0, 16), core, blobs };
}

/** The user land's files are not listed: those that were used lie in the content store. */
function isCore(path: string): boolean {
  if (path.endsWith('.br')) return false;
  return (
    path === 'index.html' ||
    path.startsWith('assets/') ||
    path.startsWith('library/v2/') ||
    /^machine\/(?!packages\.json)[^/]+$/.test(path)
  );
}

/** As the page asks for it; machine files as `machine-assets.ts` names them. */
function addressOf(path: string, sha256: string): string {
  if (path === 'index.html') return '';
  return path.startsWith('machine/') ? `${path}?v=${sha256.slice(0, 12)}` : path;
}

/** Compressing well is slow, and most files are those of the build before: the cache keeps their siblings. */
async function compressTexts(outDir: string, cacheDir: string): Promise<void> {
  await mkdir(cacheDir, { recursive: true });
  for (const path of await listFiles(outDir)) {
    if (!/\.(?:js|css|html|svg|wasm|bin|cpio)$/.test(path)) continue;
    const content = await readFile(join(outDir, path));
    if (content.byteLength < compressedSizeBytesMin) continue;
    if (await hasSibling(join(outDir, path), content)) continue;
    const cached = join(cacheDir, createHash('sha256').update(content).digest('hex'));
    const compressed = await readFile(cached).catch(() => compress(content));
    await writeFile(cached, compressed);
    await writeFile(join(outDir, `${path}.br`), compressed);
  }
}

/** The machine's recipes bring siblings of their own; one that was left behind by a newer file is replaced. */
async function hasSibling(path: string, content: Buffer): Promise<boolean> {
  try {
    return (await promisify(brotliDecompress)(await readFile(`${path}.br`))).equals(content);
  } catch {
    return false;
  }
}

function compress(content: Uint8Array): Promise<Uint8Array> {
  return promisify(brotliCompress)(content, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.byteLength,
    },
  });
}
