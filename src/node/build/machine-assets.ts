/** Tells the page which files the machine boots from, and adds v86's WebAssembly to them. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import type { Plugin } from 'vite';
import { machineFileNames, wasmName, type MachineAsset } from '../../browser/machine-assets.ts';

/** Defines `__MACHINE_ASSETS__`; a machine image that is not built yet leaves gaps in it, which the page tells of. */
export function machineAssets(root: string): Plugin {
  const wasmPath = join(dirname(createRequire(import.meta.url).resolve('v86')), wasmName);
  const files = machineFileNames.flatMap((name) => readMachineFile(root, name));
  const assets = [...files, ...readFile(wasmPath)].map(describe);
  let outDir = '';
  return {
    name: 'bottleship:machine-assets',
    config: () => ({ define: { __MACHINE_ASSETS__: JSON.stringify(assets) } }),
    configResolved(config) {
      outDir = join(config.root, config.build.outDir);
    },
    async writeBundle() {
      await mkdir(join(outDir, 'machine'), { recursive: true });
      await copyFile(wasmPath, join(outDir, 'machine', wasmName));
      // Servers that know nothing of the compressed siblings serve these.
      for (const { name, content } of files.filter(({ isPacked }) => isPacked))
        await writeFile(join(outDir, 'machine', name), content);
    },
  };
}

interface AssetFile {
  readonly name: string;
  readonly content: Uint8Array;
  /** Only its compressed form is in `public/`. */
  readonly isPacked: boolean;
}

/** None when it is not there. */
function readFile(path: string): AssetFile[] {
  if (!existsSync(path)) return [];
  return [{ name: basename(path), content: readFileSync(path), isPacked: false }];
}

function readMachineFile(root: string, name: string): AssetFile[] {
  const path = join(root, 'public/machine', name);
  if (existsSync(path) || !existsSync(`${path}.br`)) return readFile(path);
  return [{ name, content: brotliDecompressSync(readFileSync(`${path}.br`)), isPacked: true }];
}

function describe({ name, content }: AssetFile): MachineAsset {
  const sha256 = createHash('sha256').update(content).digest('hex');
  const url = `machine/${name}?v=${sha256.slice(0, 12)}`;
  return { name, url, sizeBytes: content.byteLength, sha256 };
}
