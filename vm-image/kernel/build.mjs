/**
 * Recipe of the kernel: Debian's source package, our patches and configuration, one raw image, and the
 * modules, which become part of the user land. The same inputs give the same bytes: builder, time and
 * version are fixed, and the kernel maps its own paths away.
 */
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
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
    // The modules are among the user land's files.
    files: ['machine/kernel.bin', 'machine/files/'],
    package: source.name,
    version: source.version,
    patches: patches.map((name) => `vm-image/kernel/${name}`),
    licence: 'GPL-2.0-only WITH Linux-syscall-note',
  },
];

export async function build({ outputFolder, cacheFolder }) {
  const folder = await compile(cacheFolder);
  await mkdir(join(outputFolder, 'machine'), { recursive: true });
  await copyFile(join(folder, 'kernel.bin'), join(outputFolder, 'machine/kernel.bin'));
}

/**
 * The folder of the modules, to be `/usr/lib/modules` of the machine; `release` is its one name. They fit
 * the kernel of the same sources alone, so they are built with it when the cache lacks them.
 */
export async function kernelModules({ cacheFolder }) {
  const built = join(await builtFolder(cacheFolder), 'lib/modules');
  const folder = existsSync(built) ? built : join(await compile(cacheFolder), 'lib/modules');
  const [release] = await readdir(folder);
  return { folder, release };
}

/** Compiles everything; resolves with the folder of what came out. */
async function compile(cacheFolder) {
  await checkCompiler();
  const tree = await unpackSource(cacheFolder);
  await copyFile(new URL('./config', import.meta.url), join(tree, '.config'));
  await make(tree, ['olddefconfig']);
  const problems = checkConfig(await readFile(join(tree, '.config'), 'utf8'));
  if (problems.length > 0) throw new Error(`Cannot build the kernel:\n${problems.join('\n')}`);
  await make(tree, ['bzImage', 'modules']);

  const output = await builtFolder(cacheFolder);
  const partial = `${output}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial);
  await writeImage(tree, join(partial, 'kernel.bin'));
  await make(tree, ['modules_install', `INSTALL_MOD_PATH=${partial}`, 'INSTALL_MOD_STRIP=1']);
  const [release] = await readdir(join(partial, 'lib/modules'));
  // A link to the sources.
  await rm(join(partial, 'lib/modules', release, 'build'), { force: true });
  await rm(output, { recursive: true, force: true });
  await rename(partial, output);
  return output;
}

async function writeImage(tree, path) {
  const binary = join(tree, 'vmlinux.raw');
  const sections = ['-R', '.note', '-R', '.comment', '-S'];
  await run('objcopy', ['-O', 'binary', ...sections, join(tree, 'vmlinux'), binary]);
  const image = makeRawImage({
    bzImage: await readFile(join(tree, 'arch/x86/boot/bzImage')),
    kernel: await readFile(binary),
  });
  await writeFile(path, image);
}

async function checkCompiler() {
  const version = (await run(compiler.program, ['-dumpfullversion'])).trim();
  if (version !== compiler.version) {
    throw new Error(`Cannot build the kernel: gcc is ${version}, pinned is ${compiler.version}`);
  }
}

/** Named after all that decides what comes out: source, patches, configuration. */
async function builtFolder(cacheFolder) {
  const names = [...patches, 'config'];
  return join(cacheFolder, 'kernel', `built-${source.version}-${await hashOfFiles(names)}`);
}

async function hashOfFiles(names) {
  const paths = names.map((name) => fileURLToPath(new URL(name, import.meta.url)));
  return sha256OfBytes((await Promise.all(paths.map(sha256OfFile))).join()).slice(0, 8);
}

/** The patched source; a tree whose unpacking was interrupted is thrown away. */
async function unpackSource(cacheFolder) {
  const paths = patches.map((name) => fileURLToPath(new URL(name, import.meta.url)));
  const folder = join(cacheFolder, 'kernel', `${source.version}-${await hashOfFiles(patches)}`);
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

/** Make with everything fixed that would tell one build from another. */
async function make(tree, targets) {
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
  await run('nice', ['make', '-C', tree, `-j${jobs}`, ...fixed, ...targets]);
}
