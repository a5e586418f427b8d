/**
 * Recipe of the kernel: Debian's source package, our patches and configuration, one raw image. The same
 * inputs give the same bytes: builder, time and version are fixed, and the kernel maps its own paths
 * away.
 */
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { aptDownload, extractDeb } from '../support/apt.mjs';
import { sha256OfBytes, sha256OfFile } from '../support/hash.mjs';
import { run, sourceDateEpochSeconds } from '../support/run.mjs';
import { checkConfig } from './check-config.mjs';
import { makeRawImage } from './raw-image.mjs';

const source = {
  name: 'linux-source-6.12',
  version: '6.12.117-1~deb12u1',
  arch: 'all',
  sha256: 'e849faf31ca3555757f3a8877cb01af92122f744f75d1f3102734651c4e14703',
};

/** Another compiler gives another kernel; this is Debian bookworm's. */
const compiler = { program: 'gcc-12', version: '12.2.0' };

const patches = ['fast-boot.patch', 'small-code.patch'];

export const sources = [
  {
    files: ['machine/kernel.bin'],
    package: source.name,
    version: source.version,
    patches: patches.map((name) => `vm-image/kernel/${name}`),
    licence: 'GPL-2.0-only WITH Linux-syscall-note',
  },
];

export async function build({ outputFolder, cacheFolder }) {
  await checkCompiler();
  const tree = await unpackSource(cacheFolder);
  await copyFile(new URL('./config', import.meta.url), join(tree, '.config'));
  await make(tree, 'olddefconfig');
  const problems = checkConfig(await readFile(join(tree, '.config'), 'utf8'));
  if (problems.length > 0) throw new Error(`Cannot build the kernel:\n${problems.join('\n')}`);
  await make(tree, 'bzImage');

  const binary = join(tree, 'vmlinux.raw');
  const sections = ['-R', '.note', '-R', '.comment', '-S'];
  await run('objcopy', ['-O', 'binary', ...sections, join(tree, 'vmlinux'), binary]);
  const image = makeRawImage({
    bzImage: await readFile(join(tree, 'arch/x86/boot/bzImage')),
    kernel: await readFile(binary),
  });
  await mkdir(join(outputFolder, 'machine'), { recursive: true });
  await writeFile(join(outputFolder, 'machine/kernel.bin'), image);
}

async function checkCompiler() {
  const version = (await run(compiler.program, ['-dumpfullversion'])).trim();
  if (version !== compiler.version) {
    throw new Error(`Cannot build the kernel: gcc is ${version}, pinned is ${compiler.version}`);
  }
}

/** The patched source; a tree whose unpacking was interrupted is thrown away. */
async function unpackSource(cacheFolder) {
  const paths = patches.map((name) => fileURLToPath(new URL(name, import.meta.url)));
  const hashes = await Promise.all(paths.map(sha256OfFile));
  const patched = sha256OfBytes(hashes.join()).slice(0, 8);
  const folder = join(cacheFolder, 'kernel', `${source.version}-${patched}`);
  const tree = join(folder, source.name);
  const complete = join(folder, 'complete');
  if (existsSync(complete)) return tree;
  const deb = await aptDownload({ ...source, cacheFolder });
  await rm(folder, { recursive: true, force: true });
  await extractDeb(deb, folder);
  await run('tar', ['-xJf', join(folder, `usr/src/${source.name}.tar.xz`), '-C', folder]);
  await rm(join(folder, 'usr'), { recursive: true });
  for (const path of paths) await run('patch', ['-d', tree, '-p1', '--fuzz=0', '-i', path]);
  await writeFile(complete, '');
  return tree;
}

/** One make target with everything fixed that would tell one build from another. */
async function make(tree, target) {
  const jobs = process.env.BOTTLESHIP_JOBS ?? '2';
  const fixed = [
    'ARCH=i386',
    `CC=${compiler.program}`,
    `KBUILD_BUILD_TIMESTAMP=@${sourceDateEpochSeconds}`,
    'KBUILD_BUILD_USER=bottleship',
    'KBUILD_BUILD_HOST=bottleship',
    'KBUILD_BUILD_VERSION=1',
    // Not found: their versions would be part of the configuration, which the kernel carries.
    ...['RUSTC', 'BINDGEN', 'PAHOLE'].map((program) => `${program}=not-in-use`),
  ];
  await run('nice', ['make', '-C', tree, `-j${jobs}`, ...fixed, target]);
}
