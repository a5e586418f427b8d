/**
 * Holds the machine's user land in `public/machine` together: its index decodes, every blob has the
 * bytes that its name promises, and the tools a learner is promised are there with their libraries.
 */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { decompress } from 'fzstd';
import { beforeAll, describe, expect, test } from 'vitest';
import { type MachineIndex, decodeMachineIndex } from '../src/guest/ninep/machine-index.ts';
import { MachineTree } from '../src/guest/ninep/machine-tree.ts';

const folder = fileURLToPath(new URL('../public/machine/', import.meta.url));

/** What the page promises, and what containers are explained with. */
const tools = `
  bash sh ls cat cp mv rm mkdir ln chmod chown head tail sort uniq cut tr wc tee date id env sleep
  grep sed awk find xargs diff cmp file less tree which clear reset tput
  ip ss bridge tc ping nc curl drill tcpdump socat iptables iptables-save ip6tables nft brctl
  conntrack ipvsadm
  nsenter unshare lsns mount umount findmnt losetup setpriv flock dmesg lsblk setsid script
  ps top free vmstat uptime pgrep pkill pidof kill watch sysctl pstree killall fuser lsof htop strace
  modprobe lsmod insmod jq git ssh ssh-keygen scp openssl nano vi vim tmux pv patch xxd hexdump column
  tar gzip gunzip zcat bzip2 xz zstd getcap setcap getfattr hostname
`
  .trim()
  .split(/\s+/);

/** Bytes on the wire that the first prompt may cost beside kernel, emulator and page. */
const userlandSizeBytesMax = 700 * 1024;

let index: MachineIndex;
let tree: MachineTree;

beforeAll(async () => {
  index = decodeMachineIndex(readFileSync(`${folder}userland.bin`));
  tree = new MachineTree({ fetchFile: async (path) => readFileSync(folder + path) });
  await tree.load();
});

/** Follows symlinks, as the guest's kernel does. */
function resolve(path: string, depth = 0): number | undefined {
  expect(depth).toBeLessThan(40);
  const parts = path.split('/').filter((part) => part !== '');
  let inode = tree.rootInode;
  const walked: string[] = [];
  for (const [position, part] of parts.entries()) {
    const next = tree.lookup(inode, part);
    if (next === undefined) return undefined;
    if (tree.attributes(next).type === 'symlink') {
      const target = tree.readlink(next);
      const rest = parts.slice(position + 1).join('/');
      const base = target.startsWith('/') ? '' : `${walked.join('/')}/`;
      const { pathname } = new URL(`file:///${base}${target}/${rest}`);
      return resolve(pathname, depth + 1);
    }
    walked.push(part);
    inode = next;
  }
  return inode;
}

describe("the machine's user land", () => {
  test('userland.bin is small enough for the first prompt', () => {
    expect(readFileSync(`${folder}userland.bin.br`).length).toBeLessThan(userlandSizeBytesMax);
  });

  test('every blob of the index is there, and no other file', () => {
    const files = readdirSync(`${folder}files`, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => name);
    expect(files.sort()).toEqual(index.blobs.map(({ digest }) => `${digest.slice(7)}.zst`).sort());
  });

  test('blobs have the bytes that their names promise', () => {
    // Enough to see a wrong recipe; the manifest's hashes are held against all files.
    const sample = index.blobs.filter(({ sizeBytes }, at) => at % 8 === 0 && sizeBytes < 1_000_000);
    expect(sample.length).toBeGreaterThan(20);
    for (const { digest, sizeBytes } of sample) {
      const hex = digest.slice('sha256:'.length);
      const bytes = decompress(readFileSync(`${folder}files/${hex.slice(0, 2)}/${hex}.zst`));
      expect(bytes.length).toBe(sizeBytes);
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(hex);
    }
  });

  test.each(tools)('%s is an executable program', async (name) => {
    const inode = resolve(`usr/bin/${name}`) ?? resolve(`usr/sbin/${name}`);
    if (inode === undefined) throw new Error(`"${name}" is missing`);
    const { type, mode } = tree.attributes(inode);
    expect(type).toBe('file');
    expect(mode & 0o111).toBe(0o111);
    const magic = Buffer.from(await tree.read(inode, 0, 4)).toString('latin1');
    expect(magic.startsWith('\x7fELF') || magic.startsWith('#!')).toBe(true);
  });

  test('all that bash needs for its first prompt is in the boot pack', async () => {
    const fetched: string[] = [];
    const offline = new MachineTree({
      fetchFile: async (path) => {
        fetched.push(path);
        return readFileSync(folder + path);
      },
    });
    await offline.load();
    for (const path of [
      'usr/bin/bash',
      'etc/passwd',
      'etc/profile',
      'etc/bash.bashrc',
      'etc/termcap',
    ]) {
      const inode = resolve(path) ?? -1;
      await offline.read(inode, 0, offline.attributes(inode).sizeBytes);
    }
    expect(fetched).toEqual(['userland.bin']);
  });

  test('its folders have the modes that programs rely on', () => {
    const mode = (path: string): number => tree.attributes(resolve(path) ?? -1).mode;
    expect(mode('tmp')).toBe(0o1777);
    expect(mode('var/tmp')).toBe(0o1777);
    expect(mode('root')).toBe(0o700);
    expect(mode('etc/shadow')).toBe(0o640);
    for (const path of ['dev', 'proc', 'sys', 'run', 'var/lib/docker']) {
      expect(tree.attributes(resolve(path) ?? -1).type).toBe('dir');
    }
  });

  test('every package it was made of is named with its source', () => {
    const packages = JSON.parse(readFileSync(`${folder}packages.json`, 'utf8')) as {
      name: string;
      version: string;
      source: string;
      sourceVersion: string;
    }[];
    expect(packages.length).toBeGreaterThan(100);
    for (const item of packages) {
      expect(Object.values(item).every((value) => value !== '')).toBe(true);
      expect(item).toMatchObject({ source: expect.any(String), sourceVersion: expect.any(String) });
      const copyright = resolve(`usr/share/doc/${item.name}/copyright`);
      expect(copyright, item.name).toBeDefined();
    }
  });
});
