/**
 * Reads and writes tar archives, so that packages are unpacked and layers packed without root and
 * with nothing of this machine in the result. Reads ustar with GNU and PAX long names (what dpkg-deb
 * makes); writes ustar with PAX headers only for what ustar cannot hold.
 */

const blockSize = 512;
const typeOfFlag = {
  0: 'file',
  '\0': 'file',
  1: 'link',
  2: 'symlink',
  3: 'char',
  4: 'block',
  5: 'dir',
  6: 'fifo',
};
const flagOfType = {
  file: '0',
  link: '1',
  symlink: '2',
  char: '3',
  block: '4',
  dir: '5',
  fifo: '6',
};

/** Every entry of an archive: `{ path, type, mode, uid, gid, content?, target?, device? }`. */
export function* readTar(archive) {
  let longPath;
  let longTarget;
  for (let offset = 0; offset + blockSize <= archive.length;) {
    const header = archive.subarray(offset, offset + blockSize);
    if (header.every((byte) => byte === 0)) return;
    const size = number(header, 124, 12);
    const flag = String.fromCharCode(header[156]);
    const content = archive.subarray(offset + blockSize, offset + blockSize + size);
    offset += blockSize + Math.ceil(size / blockSize) * blockSize;

    if (flag === 'L') longPath = text(content, 0, size);
    else if (flag === 'K') longTarget = text(content, 0, size);
    else if (flag === 'x') {
      const records = paxRecords(content);
      longPath = records.path ?? longPath;
      longTarget = records.linkpath ?? longTarget;
    } else if (flag !== 'g') {
      const type = typeOfFlag[flag];
      if (type === undefined) throw new Error(`Cannot read tar: entry type "${flag}"`);
      const prefix = header.subarray(257, 262).toString() === 'ustar' ? text(header, 345, 155) : '';
      const name = text(header, 0, 100);
      const gnu = header.subarray(257, 265).toString() === 'ustar  \0';
      yield {
        path: normalizePath(longPath ?? (prefix === '' || gnu ? name : `${prefix}/${name}`)),
        type,
        mode: number(header, 100, 8) & 0o7777,
        uid: number(header, 108, 8),
        gid: number(header, 116, 8),
        ...(type === 'file' ? { content: Buffer.from(content) } : {}),
        ...(type === 'symlink' ? { target: longTarget ?? text(header, 157, 100) } : {}),
        ...(type === 'link' ? { target: normalizePath(longTarget ?? text(header, 157, 100)) } : {}),
        ...(type === 'char' || type === 'block'
          ? { device: [number(header, 329, 8), number(header, 337, 8)] }
          : {}),
      };
      longPath = undefined;
      longTarget = undefined;
    }
  }
}

/** An archive of the entries in the order given, all with the same time. Directories end with a slash. */
export function writeTar(entries, { mtimeSeconds }) {
  const chunks = [];
  for (const entry of entries) {
    const name = entry.type === 'dir' ? `${entry.path}/` : entry.path;
    const target = entry.type === 'symlink' || entry.type === 'link' ? entry.target : '';
    const records = {};
    if (Buffer.byteLength(name) > 100) records.path = name;
    if (Buffer.byteLength(target) > 100) records.linkpath = target;
    if (Object.keys(records).length > 0) {
      const data = paxData(records);
      const pax = { path: 'PaxHeaders', type: 'pax', mode: 0o644, uid: 0, gid: 0 };
      chunks.push(header({ ...pax, name: pax.path, target: '', size: data.length, mtimeSeconds }));
      chunks.push(padded(data));
    }
    const content = entry.type === 'file' ? entry.content : Buffer.alloc(0);
    chunks.push(header({ ...entry, name, target, size: content.length, mtimeSeconds }));
    chunks.push(padded(content));
  }
  chunks.push(Buffer.alloc(2 * blockSize));
  return Buffer.concat(chunks);
}

/** `./usr/bin/` → `usr/bin`; the root is the empty string. */
export function normalizePath(path) {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw new Error(`Cannot use path "${path}": it leaves the tree`);
  return parts.join('/');
}

function header({ type, mode, uid, gid, name, target, size, mtimeSeconds, device = [0, 0] }) {
  const block = Buffer.alloc(blockSize);
  block.write(Buffer.from(name).subarray(0, 100).toString('latin1'), 0, 'latin1');
  const octal = (value, offset, length) =>
    block.write(value.toString(8).padStart(length - 1, '0'), offset, 'latin1');
  octal(mode, 100, 8);
  octal(uid, 108, 8);
  octal(gid, 116, 8);
  octal(size, 124, 12);
  octal(mtimeSeconds, 136, 12);
  block.write(type === 'pax' ? 'x' : flagOfType[type], 156, 'latin1');
  block.write(Buffer.from(target).subarray(0, 100).toString('latin1'), 157, 'latin1');
  block.write('ustar\u000000', 257, 'latin1');
  octal(device[0], 329, 8);
  octal(device[1], 337, 8);
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

function paxData(records) {
  return Buffer.concat(
    Object.entries(records).map(([key, value]) => {
      const rest = Buffer.from(` ${key}=${value}\n`);
      let length = rest.length;
      while (String(length).length + rest.length !== length)
        length = String(length).length + rest.length;
      return Buffer.concat([Buffer.from(String(length)), rest]);
    }),
  );
}

function paxRecords(data) {
  const records = {};
  for (let offset = 0; offset < data.length;) {
    const space = data.indexOf(0x20, offset);
    const length = Number(data.subarray(offset, space));
    const [key, ...value] = data
      .subarray(space + 1, offset + length - 1)
      .toString()
      .split('=');
    records[key] = value.join('=');
    offset += length;
  }
  return records;
}

function number(block, offset, length) {
  const digits = text(block, offset, length).trim();
  return digits === '' ? 0 : Number.parseInt(digits, 8);
}

function text(block, offset, length) {
  const field = block.subarray(offset, offset + length);
  const end = field.indexOf(0);
  return field.subarray(0, end === -1 ? length : end).toString();
}

function padded(bytes) {
  const rest = bytes.length % blockSize;
  return rest === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(blockSize - rest)]);
}
