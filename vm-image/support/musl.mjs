/**
 * A compiler for static i386 programs with Debian's musl: the system's gcc with -m32 and a specs file
 * that names musl's headers, objects and library instead of the system's.
 */
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { aptDownload, extractDeb } from './apt.mjs';

const musl = {
  name: 'musl-dev',
  version: '1.2.3-1',
  arch: 'i386',
  sha256: 'e7e49904a302b4c986cc7729b1af9117f7a01a928b12c43e75bdd015697bff82',
};

/** Unpacks musl into `folder` and resolves with the path of the compiler there. */
export async function muslCompiler({ folder, cacheFolder }) {
  await extractDeb(await aptDownload({ ...musl, cacheFolder }), folder);
  const packed = join(folder, 'usr/lib/i386-linux-musl/musl-gcc.specs');
  const specs = (await readFile(packed, 'utf8'))
    .replaceAll('/usr/lib/i386-linux-musl', join(folder, 'usr/lib/i386-linux-musl'))
    .replaceAll('/usr/include/i386-linux-musl', join(folder, 'usr/include/i386-linux-musl'))
    // The compiler's default is x86_64, and position-independent.
    .replace('-dynamic-linker', '-m elf_i386 -dynamic-linker')
    .replace('Scrt1.o', 'crt1.o')
    .replace('crtbeginS.o', 'crtbegin.o')
    .replace('crtendS.o', 'crtend.o');
  await writeFile(join(folder, 'musl.specs'), specs);
  const compiler = join(folder, 'musl-gcc');
  const command = `exec gcc -m32 -march=i686 -specs ${join(folder, 'musl.specs')} "$@"`;
  await writeFile(compiler, `#!/bin/sh\n${command}\n`);
  await chmod(compiler, 0o755);
  return compiler;
}
