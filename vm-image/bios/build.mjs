/** Recipe of the BIOS: Debian's SeaBIOS, unchanged. */
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { aptDownload, extractDeb } from '../support/apt.mjs';

const source = {
  name: 'seabios',
  version: '1.16.2-1',
  arch: 'all',
  sha256: '08e5b3f761379f17a6051731cafa03e97686049e2cc1b8bdccc5a910646e2d8e',
};

export const sources = [
  {
    files: ['machine/bios.bin'],
    package: source.name,
    version: source.version,
    licence: 'LGPL-3.0-only',
  },
];

export async function build({ outputFolder, cacheFolder }) {
  const deb = await aptDownload({ ...source, cacheFolder });
  const folder = await mkdtemp(join(cacheFolder, 'bios-'));
  try {
    await extractDeb(deb, folder);
    await mkdir(join(outputFolder, 'machine'), { recursive: true });
    const from = join(folder, 'usr/share/seabios/bios.bin');
    await copyFile(from, join(outputFolder, 'machine/bios.bin'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
