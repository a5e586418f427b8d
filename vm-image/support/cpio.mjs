/**
 * Writes a cpio archive in the "newc" format the kernel unpacks as its first root. Written here, not
 * by cpio(1), because a device node would need root and inode numbers would differ every time.
 * Format: Documentation/driver-api/early-userspace/buffer-format.rst of the kernel source.
 */

const typeBits = { dir: 0o040000, file: 0o100000, symlink: 0o120000, char: 0o020000 };
const trailerName = 'TRAILER!!!';

/**
 * Entries in the order given (parents first): `{ path, type, mode, content?, target?, device? }`,
 * everything owned by root. `device` is `[major, minor]`, `content` bytes, `target` a symlink's.
 */
export function writeCpio(entries, { mtimeSeconds }) {
  const chunks = [];
  let inode = 1;
  for (const entry of entries) {
    const bits = typeBits[entry.type];
    if (bits === undefined) throw new Error(`Cannot archive "${entry.path}": type "${entry.type}"`);
    const data = entry.type === 'symlink' ? Buffer.from(entry.target) : (entry.content ?? []);
    chunks.push(
      header({
        inode: inode++,
        mode: bits | entry.mode,
        linkCount: entry.type === 'dir' ? 2 : 1,
        mtimeSeconds,
        sizeBytes: data.length,
        device: entry.device ?? [0, 0],
        name: entry.path.replace(/^\//, ''),
      }),
      padded(Buffer.from(data)),
    );
  }
  const end = { inode: 0, mode: 0, linkCount: 1, mtimeSeconds: 0, sizeBytes: 0, device: [0, 0] };
  chunks.push(header({ ...end, name: trailerName }));
  return Buffer.concat(chunks);
}

function header({ inode, mode, linkCount, mtimeSeconds, sizeBytes, device, name }) {
  const nameBytes = Buffer.from(`${name}\0`);
  const [major, minor] = device;
  const fields = [inode, mode, 0, 0, linkCount, mtimeSeconds, sizeBytes, 0, 0];
  const text = [...fields, major, minor, nameBytes.length, 0]
    .map((field) => field.toString(16).padStart(8, '0'))
    .join('');
  return padded(Buffer.concat([Buffer.from(`070701${text}`), nameBytes]));
}

/** Headers and data both end on a multiple of four bytes. */
function padded(bytes) {
  const rest = bytes.length % 4;
  return rest === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(4 - rest)]);
}
