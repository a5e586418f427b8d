/** Tells the page which files the machine boots from, and adds v86's WebAssembly to them. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';
import { machineFileNames, wasmName, type MachineAsset } from '../../browser/machine-assets.ts';

/** Defines `__MACHINE_ASSETS__`; a machine image that is not built yet leaves gaps in it, which the page tells of. */
export function machineAssets(root: string): Plugin {
  const wasmPath = join(dirname(createRequire(import.meta.url).resolve('v86')), wasmName);
  const paths = machineFileNames.map((name) => join(root, 'public/machine', name));
  const assets = [...paths, wasmPath].filter(existsSync).map(describe);
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
    },
  };
}

function describe(path: string): MachineAsset {
  const content = readFileSync(path);
  const sha256 = createHash('sha256').update(content).digest('hex');
  const name = path.slice(dirname(path).length + 1);
  const url = `machine/${name}?v=${sha256.slice(0, 12)}`;
  return { name, url, sizeBytes: content.byteLength, sha256 };
}
