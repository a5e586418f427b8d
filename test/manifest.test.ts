/** `npm run vm:verify` sees every way in which public/ can differ from its manifest. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { manifestName, verifyManifest, writeManifest } from '../vm-image/support/manifest.mjs';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'manifest-'));
  await mkdir(join(folder, 'machine'));
  await writeFile(join(folder, 'machine/kernel.bin'), 'kernel');
  await writeFile(join(folder, 'catalog'), 'images');
  await writeManifest(folder, [{ package: 'linux-source', version: '1', licence: 'GPL-2.0' }]);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('writeManifest() lists every file by path with size and sha256, and the sources', async () => {
  const manifest: unknown = JSON.parse(await readFile(join(folder, manifestName), 'utf8'));
  expect(manifest).toEqual({
    files: [
      {
        path: 'catalog',
        sizeBytes: 6,
        sha256: '21b2eed1e328a2c62fe4c17d51188bdea73450f29956dc5c8c95429313ddd72c',
      },
      {
        path: 'machine/kernel.bin',
        sizeBytes: 6,
        sha256: '6923dd1bc0460082c5d55a831908c24a282860b7f1cd6c2b79cf1bc8857c639c',
      },
    ],
    sources: [{ package: 'linux-source', version: '1', licence: 'GPL-2.0' }],
  });
});

test('verifyManifest() finds nothing wrong with what was just written', async () => {
  expect(await verifyManifest(folder)).toEqual([]);
});

test('verifyManifest() names files that changed, came and went', async () => {
  await writeFile(join(folder, 'machine/kernel.bin'), 'colonel');
  await writeFile(join(folder, 'stowaway'), '');
  await rm(join(folder, 'catalog'));
  const problems = await verifyManifest(folder);
  expect(problems).toHaveLength(3);
  expect(problems[0]).toMatch(/^changed: machine\/kernel\.bin: sha256 is /);
  expect(problems.slice(1)).toEqual(['extra: stowaway', 'missing: catalog']);
});
