/**
 * What images share: the small base layer below nginx and redis (BusyBox as shell and tools, the C
 * library, users), and the rules by which packages become layers.
 */
import { FileTree } from '../../support/file-tree.mjs';
import { linkerCache } from '../../support/linker-cache.mjs';
import { readElf } from '../../support/elf.mjs';
import { packLayer } from '../oci.mjs';
import { addBusybox } from './busybox.mjs';
import { addSystemFiles } from './system-files.mjs';

const libraryFolders = ['usr/lib/i386-linux-gnu', 'usr/lib'];

/** Documentation, service files and character sets; licences stay. */
const unwanted = [
  /^usr\/share\/(man|info|locale|lintian|bug|doc-base|apport|vim|bash-completion|base-files)(\/|$)/,
  /^usr\/share\/doc\/.*(?<!\/copyright)$/,
  /^etc\/(init\.d|cron\.|logrotate|default|ufw|update-motd)/,
  /^usr\/lib\/(systemd|tmpfiles\.d|sysusers\.d|valgrind)(\/|$)/,
  /^usr\/sbin\/(update-passwd|iconvconfig)$/,
  /^usr\/lib\/i386-linux-gnu\/(gconv|audit|perl|engines-3)(\/|$)/,
];

/** The shared layer: `{ tree, layer, packages }`. Built once for all images that stand on it. */
export async function baseLayer(sets) {
  const { packages, entries } = sets.base;
  const tree = new FileTree();
  tree.mergeUsr();
  addBusybox(tree, await entries('busybox-static'), 'usr/bin');
  for (const { name } of packages) {
    if (name !== 'busybox-static') tree.addArchive(await entries(name), isWanted);
  }
  addSystemFiles(tree);
  tree.file('etc/ld.so.cache', linkerCache(tree, libraryFolders));
  requireLibraries(tree);
  const layer = await packLayer(tree, 'ADD BusyBox and the C library of Debian 12 (bookworm) /');
  return { tree, layer, packages };
}

/** A layer's own tree on top of the base: a set's packages without those that the base has. */
export async function addPackages(sets, setName, base) {
  const { packages, entries } = sets[setName];
  const tree = new FileTree();
  const own = packages.filter(({ name }) => !base.packages.some((item) => item.name === name));
  for (const { name } of own) tree.addArchive(await entries(name), isWanted);
  return { tree, packages: own };
}

/** Renews the linker's cache for base and layer together, and checks that no library is missing. */
export function finishLayer(base, tree) {
  const whole = new FileTree();
  whole.addTree(base.tree);
  whole.addTree(tree);
  requireLibraries(whole);
  tree.file('etc/ld.so.cache', linkerCache(whole, libraryFolders));
}

function isWanted(path, entry) {
  // A package may have its licence in another's folder.
  if (entry.type === 'symlink' && /^usr\/share\/doc\/[^/]+$/.test(path)) return true;
  return !unwanted.some((pattern) => pattern.test(path));
}

function requireLibraries(tree) {
  for (const [path, node] of tree.entries()) {
    const elf = node.type === 'file' ? readElf(node.content) : undefined;
    for (const soname of elf?.needed ?? []) {
      if (libraryFolders.some((folder) => tree.resolve(`${folder}/${soname}`) !== undefined))
        continue;
      throw new Error(`Cannot find "${soname}", which "${path}" needs`);
    }
  }
}
