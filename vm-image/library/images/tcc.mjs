/**
 * tcc on the shared base: a small C compiler with musl as the library it compiles for, so that a static program is a
 * few kilobytes, and make. The compiler itself runs on the base's glibc.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../../support/run.mjs';
import { words } from '../../support/words.mjs';
import { packLayer } from '../oci.mjs';
import { addPackages, finishLayer } from './base.mjs';
import { withPlainCalls } from './static-objects.mjs';
import { pathVariable } from './system-files.mjs';

const libraries = 'usr/lib/i386-linux-gnu';
const loader = 'lib/ld-musl-i386.so.1';

const compilerFlags = words(`
  -m32 -march=i686 -Os -ffreestanding -fno-pic -fno-stack-protector -fcf-protection=none
  -fno-asynchronous-unwind-tables -Wall -Wextra -Werror -c
`);

export async function tcc(sets, base) {
  const { tree, packages } = await addPackages(sets, 'tcc', base);
  placeMusl(tree);
  for (const name of words('bcheck.o bt-exe.o bt-log.o')) tree.remove(`${libraries}/tcc/${name}`);
  const helpers = `${libraries}/tcc/libtcc1.a`;
  tree.file(helpers, await withDivision(tree.get(helpers).content));
  tree.symlink('usr/bin/cc', 'tcc');
  finishLayer(base, tree);
  return {
    name: 'library/tcc',
    tags: ['latest', '0', '0.9', '0.9.27'],
    layers: [base.layer, await packLayer(tree, 'ADD tcc, musl and make of Debian 12 (bookworm) /')],
    // tcc's own choice is the loader of glibc, whose headers are not here.
    config: { Env: [pathVariable, `LD_SO=/${loader}`], Cmd: ['sh'], WorkingDir: '/' },
    title: 'tcc',
    description: 'Tiny C Compiler of Debian 12 (bookworm) with musl and make',
    licenses: 'LGPL-2.1-or-later AND MIT AND GPL-3.0-or-later',
    version: '0.9.27',
    packages: [...packages, ...base.packages],
  };
}

/** Headers and library from musl's own folders to those where tcc looks without being told. */
function placeMusl(tree) {
  move(tree, 'usr/include/i386-linux-musl', 'usr/include');
  move(tree, 'usr/lib/i386-linux-musl', libraries);
  tree.file(`usr/${loader}`, tree.get(`${libraries}/libc.so`).content, { mode: 0o755 });
  tree.symlink(`${libraries}/libc.so`, `/${loader}`);
  for (const path of words('etc/ld-musl-i386.d etc/ld-musl-i386.path usr/bin/ld-musl-config')) {
    tree.remove(path);
  }
  for (const name of words('usr/bin/i386-linux-musl-gcc usr/bin/musl-gcc')) tree.remove(name);
  tree.remove(`${libraries}/musl-gcc.specs`);
  for (const [path, node] of tree.entries()) {
    if (node.type !== 'file' || !/^usr\/lib\/i386-linux-gnu\/[^/]+\.[ao]$/.test(path)) continue;
    tree.file(path, withPlainCalls(node.content));
  }
}

function move(tree, from, to) {
  for (const [path, node] of tree.entries()) {
    if (!path.startsWith(`${from}/`)) continue;
    const target = `${to}${path.slice(from.length)}`;
    if (node.type === 'file') tree.file(target, node.content, node);
    else if (node.type === 'symlink') tree.symlink(target, node.target);
  }
  tree.remove(from);
}

/** tcc's library of helpers with the one that musl's objects need and it lacks. */
async function withDivision(archive) {
  const folder = await mkdtemp(join(tmpdir(), 'bottleship-tcc-'));
  try {
    const source = fileURLToPath(new URL('../files/tcc/udivmoddi4.c', import.meta.url));
    await writeFile(join(folder, 'libtcc1.a'), archive);
    await run('gcc', [...compilerFlags, '-o', 'udivmoddi4.o', source], { cwd: folder });
    await run('ar', ['rDs', 'libtcc1.a', 'udivmoddi4.o'], { cwd: folder });
    return await readFile(join(folder, 'libtcc1.a'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
