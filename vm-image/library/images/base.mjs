/**
 * What images share: the small base layer below nginx and redis (BusyBox as shell and tools, the C
 * library, users), and the rules by which packages become layers.
 */
import { FileTree } from '../../support/file-tree.mjs';
import { linkerCache } from '../../support/linker-cache.mjs';
import { words } from '../../support/words.mjs';
import { readElf } from '../../support/elf.mjs';
import { packLayer } from '../oci.mjs';
import { addBusybox } from './busybox.mjs';

export const pathVariable = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

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

/** What every small image needs beside its programs: users, names and the usual folders. */
export function addSystemFiles(tree, { users = [], groups = [] } = {}) {
  const lines = (rows) => rows.map((row) => `${row}\n`).join('');
  tree.file(
    'etc/passwd',
    lines([
      'root:x:0:0:root:/root:/bin/sh',
      'daemon:x:1:1:daemon:/usr/sbin:/bin/false',
      'bin:x:2:2:bin:/bin:/bin/false',
      'www-data:x:33:33:www-data:/var/www:/bin/false',
      ...users,
      'nobody:x:65534:65534:nobody:/home:/bin/false',
    ]),
  );
  tree.file(
    'etc/group',
    lines([
      ...words('root:x:0: daemon:x:1: bin:x:2: tty:x:5: www-data:x:33: users:x:100:'),
      ...groups,
      'nogroup:x:65534:',
    ]),
  );
  tree.file('etc/shadow', lines(['root:*:20454:0:99999:7:::', 'nobody:*:20454:0:99999:7:::']), {
    mode: 0o600,
  });
  tree.file('etc/nsswitch.conf', lines(['passwd: files', 'group: files', 'hosts: files dns']));
  for (const folder of words('dev etc home proc run sys usr/bin usr/sbin var/log var/spool')) {
    if (!tree.has(folder)) tree.directory(folder);
  }
  tree.directory('root', { mode: 0o700 });
  tree.directory('tmp', { mode: 0o1777 });
  tree.directory('var/tmp', { mode: 0o1777 });
}

function isWanted(path) {
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
