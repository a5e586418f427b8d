/**
 * Recipe of the agent: its C sources with Debian's musl as one static i386 program. The compiler is
 * the system's gcc with -m32 (gcc-multilib), told to use musl's headers and library only.
 */
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { aptDownload, extractDeb } from '../support/apt.mjs';
import { run } from '../support/run.mjs';
import { words } from '../support/words.mjs';

const musl = {
  name: 'musl-dev',
  version: '1.2.3-1',
  arch: 'i386',
  sha256: 'e7e49904a302b4c986cc7729b1af9117f7a01a928b12c43e75bdd015697bff82',
};

const kernelHeaders = {
  name: 'linux-libc-dev',
  version: '6.1.176-1',
  arch: 'i386',
  sha256: '94b68e46c4df2da33b443c0f1f3ec74691e71ff54b053f0a6198d7b62d159c5e',
};

export const sources = [
  {
    files: ['machine/initramfs.cpio'],
    package: musl.name,
    version: musl.version,
    licence: 'MIT',
  },
];

export const warnings = words(`
  -Wall -Wextra -Werror -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wformat=2
`);

const sourceFolder = fileURLToPath(new URL('.', import.meta.url));

/** The program's source files, sorted: the order of linking is part of the result. */
export async function sourceFiles() {
  return (await readdir(sourceFolder)).filter((name) => name.endsWith('.c')).sort();
}

/** Writes `agent` into the output folder; the same bytes for the same sources and compiler. */
export async function build({ outputFolder, cacheFolder }) {
  const folder = await mkdtemp(join(cacheFolder, 'agent-'));
  try {
    for (const source of [musl, kernelHeaders]) {
      await extractDeb(await aptDownload({ ...source, cacheFolder }), folder);
    }
    await mkdir(outputFolder, { recursive: true });
    await compile(folder, join(outputFolder, 'agent'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function compile(folder, output) {
  const ask = async (what) => (await run('gcc', ['-m32', what])).trim();
  const gccHeaders = await ask('-print-file-name=include');
  const libgcc = await ask('-print-libgcc-file-name');
  const headers = [
    join(folder, 'usr/include/i386-linux-musl'),
    gccHeaders,
    join(folder, 'usr/include/i386-linux-gnu'),
    join(folder, 'usr/include'),
  ];
  const library = join(folder, 'usr/lib/i386-linux-musl');
  const objects = ['crt1.o', 'crti.o'].map((name) => join(library, name));
  const flags = [
    ...words(`
      -m32 -march=i686 -std=c11 -D_GNU_SOURCE -Os -fno-pie -fno-plt -fno-asynchronous-unwind-tables
      -ffunction-sections -fdata-sections -fstack-protector-strong -mstack-protector-guard=global
    `),
    `-ffile-prefix-map=${folder}=.`,
    '-nostdinc',
    ...warnings,
    ...headers.flatMap((path) => ['-isystem', path]),
  ];
  const linking = words(`
    -static -no-pie -nostdlib -s -Wl,--gc-sections -Wl,--build-id=none -Wl,-z,noexecstack
    -Wl,-z,relro,-z,now
  `);
  const libraries = [join(library, 'libc.a'), libgcc, join(library, 'libc.a')];
  await run(
    'gcc',
    [
      ...flags,
      ...linking,
      ...objects,
      ...(await sourceFiles()),
      ...libraries,
      join(library, 'crtn.o'),
      '-o',
      output,
    ],
    { cwd: sourceFolder },
  );
}
