/**
 * The machine's root file system as a tree: Debian's packages without what nobody reads here, the
 * links that their maintainer scripts would make, and our few files in /etc.
 */
import { readFile, readdir } from 'node:fs/promises';
import { posix } from 'node:path';
import { pathToFileURL } from 'node:url';
import { kernelModules } from '../kernel/build.mjs';
import { fetchPackages, packageEntries, readLock } from '../support/packages.mjs';
import { FileTree } from '../support/file-tree.mjs';
import { linkerCache } from '../support/linker-cache.mjs';
import { words } from '../support/words.mjs';
import { bashPackage, buildBash } from './bash.mjs';

export const libraryFolders = ['usr/lib/i386-linux-gnu', 'usr/lib'];

/** Documentation, translations and service files; licences stay. */
const unwanted = [
  /^usr\/share\/(man|info|locale|lintian|bug|doc-base|menu|applications|pixmaps|icons|perl5)(\/|$)/,
  /^usr\/share\/(gitweb|gcc|gdb|polkit-1|metainfo|icu|zsh|fish|initramfs-tools|readline)(\/|$)/,
  /^usr\/share\/doc\/.*(?<!\/copyright)$/,
  /^etc\/(profile\.d\/bash_completion|bash_completion\.d\/git-prompt|init\.d|cron\.|logrotate|default|pam\.d|security|update-motd|kernel|apparmor|rc|init)/,
  /^usr\/lib\/(systemd|tmpfiles\.d|sysusers\.d|init|udev|modules-load\.d|valgrind|mime)(\/|$)/,
  /^usr\/lib\/i386-linux-gnu\/(gconv|audit|perl|sasl2|krb5|engines-3|security|tc\/q_atm\.so)(\/|$)/,
  /^usr\/lib\/git-core\/git-(daemon|http-backend|http-push|http-fetch|imap-send|shell|cvs|svn|p4)/,
  /^usr\/lib\/git-core\/(scalar|git-gui|mergetools)/,
  /^usr\/share\/git-core\/(contrib|templates\/hooks\/.)/,
  /^usr\/sbin\/(tipc|dcb|devlink|vdpa|rtmon|genl|sulogin|agetty|getty|update-passwd|mkfs.*|fsck.*|zramctl|arpd)$/,
  /^usr\/bin\/(scalar|git-shell|pzstd|bashbug|rdma|localedef|pldd|iconv)$/,
  /^usr\/share\/(bash-completion\/helpers|vim\/addons|base-files|consolefonts|keymaps)(\/|$)/,
];

/** Programs under the names people type, as update-alternatives would have it. */
const alternatives = {
  'usr/bin/sh': 'dash',
  'usr/bin/awk': 'mawk',
  'usr/bin/nawk': 'mawk',
  'usr/bin/pager': 'less',
  'usr/bin/editor': 'nano',
  'usr/bin/pico': 'nano',
  'usr/bin/vi': 'vim.tiny',
  'usr/bin/vim': 'vim.tiny',
  'usr/bin/view': 'vim.tiny',
  'usr/bin/nc': 'nc.openbsd',
  'usr/bin/netcat': 'nc.openbsd',
  'usr/bin/which': 'which.debianutils',
  'usr/sbin/iptables': 'xtables-nft-multi',
  'usr/sbin/iptables-save': 'xtables-nft-multi',
  'usr/sbin/iptables-restore': 'xtables-nft-multi',
  'usr/sbin/ip6tables': 'xtables-nft-multi',
  'usr/sbin/ip6tables-save': 'xtables-nft-multi',
  'usr/sbin/ip6tables-restore': 'xtables-nft-multi',
  'usr/sbin/arptables': 'xtables-nft-multi',
  'usr/sbin/ebtables': 'xtables-nft-multi',
};

/** Resolves with `{ tree, packages, packageOf }`; `packageOf` maps a path to its package's name. */
export async function machineRoot({ cacheFolder }) {
  const packages = await readLock(new URL('packages.lock.json', import.meta.url));
  await fetchPackages(packages, cacheFolder);
  const tree = new FileTree();
  tree.mergeUsr();
  const packageOf = new Map();
  for (const item of packages) {
    tree.addArchive(await packageEntries(item, cacheFolder), (path, entry) => {
      const wanted = isWanted(path, entry);
      if (wanted) packageOf.set(path, item.name);
      return wanted;
    });
  }
  tree.file('usr/bin/bash', await buildBash({ cacheFolder }), { mode: 0o755 });
  for (const [path, target] of Object.entries(alternatives)) {
    if (tree.resolve(`${posix.dirname(path)}/${target}`)?.node.type !== 'file') {
      throw new Error(`Cannot link "${path}": "${target}" does not exist`);
    }
    tree.symlink(path, target);
  }
  removeDangling(tree);
  removeCompletions(tree);
  addAccounts(tree);
  addCertificates(tree);
  await addOwnFiles(tree, new URL('files/', import.meta.url), '');
  const modules = await kernelModules({ cacheFolder });
  await addOwnFiles(tree, pathToFileURL(`${modules.folder}/`), 'usr/lib/modules/');
  addFolders(tree);
  addDocker(tree);
  tree.file('etc/ld.so.cache', linkerCache(tree, libraryFolders));
  const listed = packages.map((item) => (item.name === 'bash' ? bashPackage : item));
  return { tree, packages: listed, packageOf };
}

function isWanted(path, entry) {
  // A package may have its licence in another's folder.
  if (entry.type === 'symlink' && /^usr\/share\/doc\/[^/]+$/.test(path)) return true;
  if (unwanted.some((pattern) => pattern.test(path))) return false;
  if (entry.type !== 'file') return true;
  const firstLine = entry.content.subarray(0, 64).toString('latin1').split('\n')[0];
  return !/^#!.*\b(perl|python|tclsh|wish)/.test(firstLine);
}

/** Links to what was left out. */
function removeDangling(tree) {
  for (const [path, node] of tree.entries()) {
    const absolute = node.type === 'symlink' && /^\/(proc|run|dev)\//.test(node.target);
    if (node.type === 'symlink' && !absolute && tree.resolve(path) === undefined) tree.remove(path);
  }
}

/** Completion rules only for commands that the machine has. */
function removeCompletions(tree) {
  const folder = 'usr/share/bash-completion/completions';
  const commands = new Set(words('cd docker export fg bg jobs kill ulimit set shopt alias unset'));
  for (const [path] of tree.entries()) {
    const match = /^usr\/s?bin\/([^/]+)$/.exec(path);
    if (match !== null) commands.add(match[1]);
  }
  const kept = new Set();
  const rules = tree.entries().filter(([path]) => path.startsWith(`${folder}/`));
  for (const [path] of rules) {
    if (commands.has(path.slice(folder.length + 1))) kept.add(tree.resolve(path).path).add(path);
  }
  for (const [path] of rules) if (!kept.has(path)) tree.remove(path);
}

/** Debian's own users and groups, as base-passwd installs them. */
function addAccounts(tree) {
  const master = (name) => tree.get(`usr/share/base-passwd/${name}.master`).content.toString();
  const passwd = master('passwd')
    .replace(/^root:[^:]*:/, 'root:x:')
    .replaceAll(':*:', ':x:');
  tree.file('etc/passwd', passwd);
  tree.file('etc/group', master('group').replaceAll(':*:', ':x:'));
  const users = passwd
    .trim()
    .split('\n')
    .map((line) => line.split(':')[0]);
  const shadow = users.map((user) => `${user}:*:20454:0:99999:7:::\n`).join('');
  tree.file('etc/shadow', shadow, { mode: 0o640, gid: 42 });
}

/** All certificate authorities in one file, where curl, git and openssl look for them. */
function addCertificates(tree) {
  const folder = 'usr/share/ca-certificates/';
  const certificates = tree
    .entries()
    .filter(([path]) => path.startsWith(folder) && path.endsWith('.crt'));
  const bundle = Buffer.concat(certificates.map(([, node]) => node.content));
  tree.remove('usr/share/ca-certificates');
  tree.file('etc/ssl/certs/ca-certificates.crt', bundle);
  tree.directory('usr/lib/ssl');
  tree.symlink('usr/lib/ssl/cert.pem', '/etc/ssl/certs/ca-certificates.crt');
}

async function addOwnFiles(tree, folder, prefix) {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = `${prefix}${entry.name}`;
    const url = new URL(entry.name, folder);
    if (entry.isDirectory()) await addOwnFiles(tree, new URL(`${url}/`), `${path}/`);
    else tree.file(path, await readFile(url));
  }
}

/** The agent's program under its other names, which the agent puts there when it boots. */
function addDocker(tree) {
  for (const name of ['docker', 'docker-init']) {
    tree.symlink(`usr/bin/${name}`, '/run/bottleship/docker');
  }
}

/** Folders that something mounts on or writes to. */
function addFolders(tree) {
  for (const path of words(
    'dev proc sys run mnt srv opt home var/lib/docker var/log usr/local/bin',
  )) {
    if (!tree.has(path)) tree.directory(path);
  }
  tree.directory('usr/local/sbin');
  tree.directory('root', { mode: 0o700 });
  tree.directory('tmp', { mode: 0o1777 });
  tree.directory('var/tmp', { mode: 0o1777 });
  tree.symlink('var/run', '/run');
  tree.symlink('etc/mtab', '/proc/self/mounts');
}
