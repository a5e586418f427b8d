/**
 * Recipe of the empty disk: an ext4 file system for /var/lib/docker, kept as the few blocks of it that are not zero.
 * Making a file system on the machine would cost its first boot more than the download of this does.
 *
 * The format (src/disk/disk-image.ts reads it): gzip of a header of little-endian 32-bit numbers (magic, block size,
 * blocks of the whole disk, stored blocks), the number of each stored block, then their contents in that order.
 */
import { mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { run, sourceDateEpochSeconds } from '../support/run.mjs';

const magic = 0x31_4b_53_44; // "DSK1"
const blockSize = 4096;
/** Blocks in the store are only taken when written, so this is a limit and not a cost. */
const diskSizeBytes = 8 * 1024 ** 3;
/** Small, so that the part of the disk which is written over and over stays small too. */
const journalMebibytes = 16;
const uuid = '6f1c7a0e-5d9b-4c56-9d61-0b0771e5419a';

/**
 * No checksums of metadata: the guest would compute each of them under emulation, and what stores the blocks keeps
 * them. Inode tables count as initialised, or the kernel would write 128 MB of zeros in the background.
 */
const extended = `hash_seed=${uuid},lazy_itable_init=0,lazy_journal_init=1,nodiscard,root_owner=0:0`;
const features = '^metadata_csum,^64bit,^resize_inode,^huge_file,uninit_bg';
const options =
  `-q -t ext4 -b ${blockSize} -I 256 -m 0 -G 64 -J size=${journalMebibytes} -O ${features} -U ${uuid} -E ${extended}`.split(
    ' ',
  );

export async function build({ outputFolder, cacheFolder }) {
  const folder = await mkdtemp(join(cacheFolder, 'disk-'));
  try {
    const path = join(folder, 'disk');
    const file = await open(path, 'wx');
    await file.truncate(diskSizeBytes);
    await file.close();
    const env = { E2FSPROGS_FAKE_TIME: String(sourceDateEpochSeconds) };
    await run('mke2fs', [...options, path], { env });
    await mkdir(join(outputFolder, 'machine'), { recursive: true });
    await writeFile(join(outputFolder, 'machine/disk.gz'), pack(await storedBlocks(path)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Number and content of every block that is not all zeros. */
async function storedBlocks(path) {
  const zeros = Buffer.alloc(blockSize);
  const file = await open(path, 'r');
  const blocks = [];
  for (const { start, end } of await dataRanges(path)) {
    const data = Buffer.alloc(end - start);
    await file.read(data, 0, data.length, start);
    for (let at = 0; at < data.length; at += blockSize) {
      const content = data.subarray(at, at + blockSize);
      if (!content.equals(zeros)) blocks.push({ number: (start + at) / blockSize, content });
    }
  }
  await file.close();
  return blocks;
}

/**
 * Where a sparse file has data, as tar(1) finds it: reading all of a disk's holes would take a minute. Octal numbers
 * in pairs of offset and length: four in the header, then 21 in each extension block.
 */
async function dataRanges(path) {
  const archive = `${path}.tar`;
  await run('tar', ['--create', '--sparse', '--format=gnu', `--file=${archive}`, path]);
  const file = await open(archive, 'r');
  const block = Buffer.alloc(512);
  const ranges = [];
  const layouts = [
    { at: 386, count: 4, more: 482 },
    { at: 0, count: 21, more: 504 },
  ];
  for (let position = 0, isLast = false; !isLast; position += block.length) {
    await file.read(block, 0, block.length, position);
    const { at, count, more } = layouts[position === 0 ? 0 : 1];
    for (let entry = 0; entry < count; entry += 1) {
      const start = sparseNumber(block, at + entry * 24);
      const length = sparseNumber(block, at + entry * 24 + 12);
      if (length > 0) ranges.push({ start, end: start + length });
    }
    isLast = block[more] === 0;
  }
  await file.close();
  return ranges.map(({ start, end }) => ({
    start: Math.floor(start / blockSize) * blockSize,
    end: Math.ceil(end / blockSize) * blockSize,
  }));
}

/** Octal, or base 256 where the first bit is set, as for what is beyond 8 GB. */
function sparseNumber(block, at) {
  if ((block[at] & 0x80) !== 0) return Number(block.readBigUInt64BE(at + 4));
  return Number.parseInt(block.toString('latin1', at, at + 12), 8) || 0;
}

function pack(blocks) {
  const numbers = [magic, blockSize, diskSizeBytes / blockSize, blocks.length];
  const header = Buffer.alloc(4 * (numbers.length + blocks.length));
  for (const [index, number] of [...numbers, ...blocks.map((block) => block.number)].entries())
    header.writeUInt32LE(number, index * 4);
  return gzipSync(Buffer.concat([header, ...blocks.map(({ content }) => content)]), { level: 9 });
}
