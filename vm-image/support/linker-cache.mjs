/**
 * /etc/ld.so.cache, written without running ldconfig: where the dynamic linker finds each library,
 * without it every start would look through half a dozen folders over 9p.
 * Format: `struct cache_file_new` in glibc's sysdeps/generic/dl-cache.h.
 */
import { readElf } from './elf.mjs';

const magic = 'glibc-ld.so.cache1.1';
const headerSize = 48;
const entrySize = 24;
const flagElfLibc6 = 3;
const littleEndian = 2;

/** The cache for the libraries that lie in `folders` of the tree, first folder first. */
export function linkerCache(tree, folders) {
  const libraries = [];
  for (const [path, node] of tree.entries()) {
    const folder = folders.find(
      (it) => path.startsWith(`${it}/`) && !path.slice(it.length + 1).includes('/'),
    );
    const name = path.split('/').at(-1);
    if (folder === undefined || node.type === 'dir' || !/\.so\b/.test(name)) continue;
    const file = tree.resolve(path)?.node;
    if (file?.type !== 'file' || readElf(file.content)?.soname !== name) continue;
    libraries.push({ name, path: `/${path}` });
  }
  libraries.sort((a, b) => compareNames(b.name, a.name));
  return encode(libraries);
}

function encode(libraries) {
  const strings = [];
  let stringOffset = headerSize + entrySize * libraries.length;
  const add = (text) => {
    const bytes = Buffer.from(`${text}\0`);
    strings.push(bytes);
    stringOffset += bytes.length;
    return stringOffset - bytes.length;
  };
  const header = Buffer.alloc(headerSize);
  header.write(magic, 0, 'latin1');
  header.writeUInt32LE(libraries.length, 20);
  header[28] = littleEndian;
  const entries = libraries.map(({ name, path }) => {
    const entry = Buffer.alloc(entrySize);
    entry.writeInt32LE(flagElfLibc6, 0);
    entry.writeUInt32LE(add(name), 4);
    entry.writeUInt32LE(add(path), 8);
    return entry;
  });
  header.writeUInt32LE(stringOffset - headerSize - entrySize * libraries.length, 24);
  return Buffer.concat([header, ...entries, ...strings]);
}

/** The linker's own order (it searches by halves): digits by their number, after all else. */
function compareNames(a, b) {
  const tokens = (name) => name.match(/\d+|\D/g) ?? [];
  const [left, right] = [tokens(a), tokens(b)];
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const [x, y] = [left[index], right[index]];
    if (x === undefined || y === undefined) return x === undefined ? -1 : 1;
    const [numberX, numberY] = [/\d/.test(x), /\d/.test(y)];
    if (numberX !== numberY) return numberX ? 1 : -1;
    const order = numberX ? Number(x) - Number(y) : x.charCodeAt(0) - y.charCodeAt(0);
    if (order !== 0) return order;
  }
  return 0;
}
