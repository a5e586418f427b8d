/**
 * Which files travel together: large ones alone, small ones in packs by package, and the tools of
 * every day in packs that are fetched right after the first prompt.
 */
import { sha256OfBytes } from '../support/hash.mjs';
import { words } from '../support/words.mjs';

/** Above this a file is a download of its own. */
const soloSizeBytesMin = 64 * 1024;
/** Where a pack of small files ends: about what one waits for without noticing. */
const packSizeBytesMax = 384 * 1024;

/** Packs made on purpose; a file belongs to the first whose paths match. */
const namedPacks = [
  {
    name: 'libraries',
    everyday: true,
    paths: words(`
      usr/lib/i386-linux-gnu/libc.so.6 usr/lib/i386-linux-gnu/ld-linux.so.2
      usr/lib/i386-linux-gnu/libselinux.so.1 usr/lib/i386-linux-gnu/libpcre2-8.so.0.11.2
      usr/lib/i386-linux-gnu/libtinfo.so.6.4 usr/lib/i386-linux-gnu/libm.so.6 etc/ld.so.cache
    `),
  },
  {
    name: 'tools',
    everyday: true,
    paths: words(`
      usr/bin/ls usr/bin/cat usr/bin/mkdir usr/bin/rm usr/bin/cp usr/bin/mv usr/bin/ln usr/bin/echo
      usr/bin/head usr/bin/tail usr/bin/wc usr/bin/sort usr/bin/uniq usr/bin/cut usr/bin/tr
      usr/bin/touch usr/bin/chmod usr/bin/sleep usr/bin/env usr/bin/id usr/bin/uname usr/bin/date
      usr/bin/readlink usr/bin/seq usr/bin/tee usr/bin/true usr/bin/false usr/bin/xargs
      usr/bin/grep usr/bin/sed usr/bin/mawk usr/bin/dash usr/bin/clear usr/bin/hostname
      usr/bin/basename usr/bin/dirname usr/bin/rmdir usr/bin/stat usr/bin/df usr/bin/du usr/bin/stty
    `),
  },
];

/** Everything that lies in one folder, whatever its package. */
const folderPacks = {
  licences: /^usr\/share\/(doc|common-licenses)\//,
  terminfo: /^usr\/(lib|share)\/terminfo\//,
  completions: /^usr\/share\/bash-completion\//,
  /** Of the kernel's modules only the lists: who loads one wants that one and what it depends on. */
  modules: /^usr\/lib\/modules\/[^/]+\/modules\./,
};

/** `{ blobs: [{ sha256, content }], places: Map(node → { blob, offset }), everyday: [blob] }`. */
export function assignBlobs(tree, packageOf) {
  const contents = distinctFiles(tree);
  const packs = new Map();
  const everyday = new Set();
  for (const file of contents) {
    const named = namedPacks.find(({ paths }) => file.paths.some((path) => paths.includes(path)));
    const key = named?.name ?? packKey(file, packageOf);
    if (named?.everyday === true) everyday.add(key);
    const list = packs.get(key) ?? [];
    packs.set(key, list);
    list.push(file);
  }
  const blobs = [];
  const places = new Map();
  const everydayBlobs = [];
  for (const [key, files] of packs) {
    for (const part of splitPack(files, everyday.has(key))) {
      for (const { file, offset } of part.members) {
        for (const node of file.nodes) places.set(node, { blob: blobs.length, offset });
      }
      if (everyday.has(key)) everydayBlobs.push(blobs.length);
      blobs.push({ sha256: sha256OfBytes(part.content), content: part.content });
    }
  }
  return { blobs, places, everyday: everydayBlobs };
}

/** Each content once, however many names and packages have it. */
function distinctFiles(tree) {
  const bySha = new Map();
  for (const [path, node] of tree.entries()) {
    if (node.type !== 'file' || node.content.length === 0) continue;
    const sha256 = sha256OfBytes(node.content);
    const file = bySha.get(sha256) ?? { content: node.content, paths: [], nodes: new Set() };
    bySha.set(sha256, file);
    file.paths.push(path);
    file.nodes.add(node);
  }
  return [...bySha.values()];
}

function packKey({ content, paths: [path] }, packageOf) {
  for (const [name, pattern] of Object.entries(folderPacks)) if (pattern.test(path)) return name;
  if (content.length >= soloSizeBytesMin || path.endsWith('.ko')) return `file:${path}`;
  return `package:${packageOf.get(path) ?? 'bottleship'}`;
}

/** Cuts a list of files into packs of bounded size; what is fetched at once anyway stays whole. */
function splitPack(files, whole) {
  const parts = [];
  let members = [];
  let size = 0;
  const close = () => {
    if (members.length === 0) return;
    parts.push({ members, content: Buffer.concat(members.map(({ file }) => file.content)) });
    members = [];
    size = 0;
  };
  for (const file of files) {
    if (!whole && size > 0 && size + file.content.length > packSizeBytesMax) close();
    members.push({ file, offset: size });
    size += file.content.length;
  }
  close();
  return parts;
}
