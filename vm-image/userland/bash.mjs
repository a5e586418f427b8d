/**
 * The machine's bash: Debian's source, compiled small and static with musl. Debian's own binary works
 * too, but the prompt waits for the shell's bytes: 0.5 MB against 1.1 MB (static) or 1.5 MB (with its
 * libraries), and musl's UTF-8 needs no locale files, so a third of the 9p requests is left.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256OfBytes } from '../support/hash.mjs';
import { muslCompiler } from '../support/musl.mjs';
import { run } from '../support/run.mjs';
import { unpackSource } from '../support/source-package.mjs';
import { words } from '../support/words.mjs';

const source = {
  name: 'bash',
  version: '5.2.15-2',
  files: {
    'bash_5.2.15-2.dsc': 'f51753e946af43eb58549c81e03b35a47af9fe6c6364179ccd4ef862b7c3b2d3',
    'bash_5.2.15.orig.tar.gz': '7a315bc0e9d90713159e4390ec1096a41e4f33cd8cc3d1a749a8e5ad56600f51',
    'bash_5.2.15-2.debian.tar.xz':
      '998f8ea5b754a734ae7d8306e149c43d713ddfcf49623a036004b729237dbcca',
  },
};

/** What the list of packages says of it. */
export const bashPackage = {
  name: 'bash',
  version: source.version,
  architecture: 'i386',
  source: source.name,
  sourceVersion: source.version,
  note: 'compiled by vm-image/userland/bash.mjs, static with musl 1.2.3-1',
};

/**
 * musl has no sbrk for bash's own malloc. The termcap library inside bash reads /etc/termcap, which is
 * enough for the line editor and spares ncurses. musl has strtoimax, which configure misjudges.
 */
const configureFlags = words(`
  -q --build=i686-pc-linux-gnu --prefix=/usr --enable-static-link --without-bash-malloc
  --disable-nls --disable-rpath CC_FOR_BUILD=gcc bash_cv_termcap_lib=gnutermcap
  bash_cv_func_strtoimax=no
`);

const compilerFlags = `-Os -fno-pie -fno-stack-protector -fno-asynchronous-unwind-tables
  -ffunction-sections -fdata-sections -std=gnu89 -w`;

const linkerFlags = `-static -no-pie -s -Wl,--gc-sections -Wl,--build-id=none
  -Wl,-z,noseparate-code`;

/** The program's bytes; kept in the cache under the hash of this recipe. */
export async function buildBash({ cacheFolder }) {
  const recipe = await readFile(new URL(import.meta.url));
  const kept = join(cacheFolder, `bash-${sha256OfBytes(recipe).slice(0, 16)}`);
  if (!existsSync(kept)) await compile(kept, cacheFolder);
  return readFile(kept);
}

async function compile(output, cacheFolder) {
  await mkdir(cacheFolder, { recursive: true });
  const folder = await mkdtemp(join(cacheFolder, 'bash-build-'));
  try {
    const compiler = await muslCompiler({ folder: join(folder, 'musl'), cacheFolder });
    await unpackSource({ ...source, cacheFolder, folder: join(folder, 'source') });
    const cwd = join(folder, 'build');
    await mkdir(cwd);
    const oneLine = (text) => words(text).join(' ');
    await run(
      '../source/configure',
      [
        ...configureFlags,
        `CC=${compiler}`,
        `CFLAGS=${oneLine(compilerFlags)} -ffile-prefix-map=${folder}=.`,
        `LDFLAGS=${oneLine(linkerFlags)}`,
      ],
      { cwd },
    );
    await run('make', ['-s', '-j2', 'bash'], { cwd });
    await rename(join(cwd, 'bash'), output);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
