/**
 * Layers as the guest sees them: real tars indexed and served over 9p to the real kernel, alone and
 * under overlayfs. Prints what reading many small files and a large one takes.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readDiskImage } from '../../src/disk/disk-image.ts';
import { MemoryBlockStore } from '../../src/disk/memory-block-store.ts';
import { DiskTree } from '../../src/guest/ninep/disk-tree.ts';
import { JoinedTree } from '../../src/guest/ninep/joined-tree.ts';
import { LayersDirectory } from '../../src/guest/ninep/layers-directory.ts';
import { MachineTree } from '../../src/guest/ninep/machine-tree.ts';
import { createNinepServer } from '../../src/guest/ninep/server.ts';
import { type Host, createHost } from '../../src/host/create-host.ts';
import { digestHex } from '../../src/image/digest.ts';
import type { Digest } from '../../src/image/digest.ts';
import { decodeLayerIndex, encodeLayerIndex } from '../../src/image/layer-index-codec.ts';
import { LayerIndexer } from '../../src/image/layer-indexer.ts';
import { type FixtureEntry, dir, file, link, symlink } from '../../src/image/layer.fixture.ts';
import { resolveHardLinks } from '../../src/image/layer-links.ts';
import { tarArchive } from '../../src/image/tar-writer.ts';
import { V86Machine } from '../../src/vm/v86-machine.ts';
import { createMemoryContentStore, createMemoryRecordStore } from '../support/memory-stores.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const layersPath = '/run/bottleship/host/layers';
const mebibyte = 1024 * 1024;

const content = createMemoryContentStore();
const records = createMemoryRecordStore();
const layers = new LayersDirectory({ content, records, decode: decodeLayerIndex });
const requests = new Map<number, number>();
let machine: V86Machine;
let host: Host;

beforeAll(async () => {
  const machineFile = (path: string) => readFile(`${root}public/machine/${path}`);
  const userland = new MachineTree({ fetchFile: machineFile, store: createMemoryContentStore() });
  await userland.load();
  const empty = await readDiskImage(await machineFile('disk.gz'));
  const disk = new DiskTree(() => Promise.resolve(new MemoryBlockStore(empty)));
  const ninep = createNinepServer({ root: new JoinedTree({ machine: userland, layers, disk }) });
  machine = new V86Machine({
    memorySizeBytes: 272 * mebibyte,
    from: {
      kernel: await machineFile('kernel.bin'),
      initramfs: await machineFile('initramfs.cpio'),
      bios: await machineFile('bios.bin'),
    },
    wasm: await readFile(`${root}node_modules/v86/build/v86.wasm`),
    handle9p: (request) => {
      const type = request[4] ?? 0;
      requests.set(type, (requests.get(type) ?? 0) + 1);
      return ninep.handle(request);
    },
  });
  host = createHost({
    channel: machine.channel,
    content: createMemoryContentStore(),
    records: createMemoryRecordStore(),
    fetch,
    libraryUrl: 'http://127.0.0.1:9/',
  });
  await machine.start();
  await host.ready;
});

afterAll(() => {
  host?.dispose();
  machine?.dispose();
});

/** Stores a layer as a pull does; returns where the guest finds it. */
async function store(
  entries: readonly FixtureEntry[],
  parents: readonly Digest[] = [],
): Promise<{ readonly diffId: Digest; readonly path: string }> {
  const tar = tarArchive(entries);
  const writer = await content.create();
  await writer.write(tar);
  const { digest: diffId } = await writer.commit();
  const indexer = new LayerIndexer();
  indexer.write(tar);
  const lower = await Promise.all(parents.map(storedIndex));
  const index = resolveHardLinks(indexer.finish(diffId), lower);
  await records.set(`layer-index/${diffId}`, encodeLayerIndex(index));
  return { diffId, path: `${layersPath}/${digestHex(diffId)}` };
}

async function storedIndex(diffId: Digest) {
  return decodeLayerIndex((await records.get(`layer-index/${diffId}`)) ?? new Uint8Array(0));
}

/** Output of a command line that must succeed. */
async function run(commandLine: string): Promise<string> {
  const { stdout, stderr, exitCode } = await host.run(commandLine);
  if (exitCode !== 0) throw new Error(`${commandLine}: exit code ${exitCode}: ${stderr}`);
  return stdout;
}

const lines = (text: string) => text.split('\n').filter((line) => line !== '');

test('LayersDirectory shows a layer that was stored after the guest had looked for it in vain', async () => {
  const entries = [file('late', 'here\n')];
  const tar = tarArchive(entries);
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(tar)));
  const path = `${layersPath}/${Buffer.from(hash).toString('hex')}`;
  const before = await host.run(`ls ${path}; ls ${layersPath} | wc -l`);
  expect(before.stderr).toContain('No such file or directory');
  const stored = await store(entries);
  expect(stored.path).toBe(path);
  expect(await run(`cat ${path}/late; ls ${layersPath}`)).toContain('here\n');
  expect(await run(`ls ${layersPath}`)).toContain(digestHex(stored.diffId));

  await records.delete(`layer-index/${stored.diffId}`);
  await run('sync; echo 2 > /proc/sys/vm/drop_caches');
  expect(await run(`ls ${layersPath}`)).not.toContain(digestHex(stored.diffId));
  const gone = await host.run(`ls ${path}`);
  expect(gone.exitCode).not.toBe(0);
  await store(entries);
  expect(await run(`cat ${path}/late`)).toBe('here\n');
});

test('LayerTree keeps types, modes, owners, times, devices, links and names', async () => {
  const setuid = { mode: 0o4755, mtimeSeconds: 1_700_000_000, mtimeNanoseconds: 123_456_789 };
  const { path } = await store([
    dir('d/', { mode: 0o1777, uid: 12, gid: 34, mtimeSeconds: 1_600_000_000 }),
    file('d/setuid', 'x', setuid),
    { ...link('d/hard', 'd/setuid'), ...setuid },
    { ...link('hard', 'd/hard'), ...setuid },
    symlink('link', 'd/setuid'),
    { name: 'zero', type: 'char', mode: 0o666, deviceMajor: 1, deviceMinor: 5 },
    { name: 'high', type: 'block', mode: 0o600, deviceMajor: 259, deviceMinor: 70_000 },
    { name: 'pipe', type: 'fifo', mode: 0o622 },
    file('n'.repeat(255), 'long'),
    file('ünïcode 日本', 'unicode'),
  ]);
  const stat = (name: string, format: string) => run(`stat -c '${format}' '${path}/${name}'`);
  expect(await stat('d', '%A %u %g %Y %h')).toBe('drwxrwxrwt 12 34 1600000000 2\n');
  expect(await stat('d/setuid', '%A %h %y %s')).toMatch(
    /^-rwsr-xr-x 3 2023-11-14 22:13:20\.123456789/,
  );
  const inodes = await run(`stat -c %i ${path}/hard ${path}/d/hard ${path}/d/setuid ${path}/d`);
  const [first, second, third, other] = lines(inodes);
  expect([second, third]).toEqual([first, first]);
  expect(other).not.toBe(first);
  expect(await run(`readlink ${path}/link; cat ${path}/link`)).toBe('d/setuid\nx');
  expect(await stat('zero', '%F %t %T')).toBe('character special file 1 5\n');
  expect(await stat('high', '%F %t %T')).toBe('block special file 103 11170\n');
  expect(await stat('pipe', '%A')).toBe('prw--w--w-\n');
  expect(await run(`cat ${path}/${'n'.repeat(255)} '${path}/ünïcode 日本'`)).toBe('longunicode');
  const refused = await host.run(`touch ${path}/new || chmod 777 ${path}/d || rm ${path}/hard`);
  expect(refused.stderr.match(/Read-only file system/g)).toHaveLength(3);
});

test('LayerTree serves extended attributes, and the kernel gives a file its capabilities', async () => {
  // VFS_CAP_REVISION_2 with the effective bit; permitted: CAP_NET_RAW (13).
  const capability = new Uint8Array(20);
  new DataView(capability.buffer).setUint32(0, 0x0200_0001, true);
  new DataView(capability.buffer).setUint32(4, 1 << 13, true);
  const { path } = await store([
    file('f', 'x', {
      mode: 0o755,
      xattrs: { 'security.capability': capability, 'user.note': new TextEncoder().encode('hello') },
    }),
    file('plain', 'x'),
  ]);
  expect(await run(`getcap ${path}/f`)).toBe(`${path}/f cap_net_raw=ep\n`);
  expect(await run(`getfattr --only-values -n user.note ${path}/f`)).toBe('hello');
  expect(await run(`getfattr -d -m - ${path}/plain`)).toBe('');
  expect((await host.run(`getfattr -n user.none ${path}/f`)).stderr).toContain('No such attribute');
});

test('LayerTree reads sparse files at offsets beyond 2 GiB and whole files right', async () => {
  const far = 3 * 1024 * mebibyte;
  const random = new Uint8Array(3 * mebibyte);
  for (let at = 0; at < random.length; at += 65_536) {
    crypto.getRandomValues(random.subarray(at, at + 65_536));
  }
  const { path } = await store([
    file('small', 'before'),
    {
      name: 'sparse',
      type: 'file',
      data: new TextEncoder().encode('startEND!'),
      pax: {
        'GNU.sparse.map': `0,5,${far},4`,
        'GNU.sparse.size': String(far + 4),
        'GNU.sparse.numblocks': '2',
      },
    },
    { name: 'random', type: 'file', data: random },
  ]);
  expect(await run(`stat -c '%s %b' ${path}/sparse`)).toBe(`${far + 4} 1\n`);
  expect(await run(`head -c 5 ${path}/sparse; tail -c 4 ${path}/sparse`)).toBe('startEND!');
  const hole = `dd if=${path}/sparse bs=1M skip=2900 count=1 status=none | tr -d '\\0' | wc -c`;
  expect(await run(hole)).toBe('0\n');
  const hash = await crypto.subtle.digest('SHA-256', random);
  expect(await run(`sha256sum < ${path}/random`)).toBe(`${Buffer.from(hash).toString('hex')}  -\n`);
});

test('overlayfs on layers honours whiteouts, opaque directories and links into lower layers', async () => {
  const lower = await store([
    dir('etc/'),
    file('etc/kept', 'kept\n'),
    file('etc/gone', 'gone\n'),
    file('etc/changed', 'old\n'),
    dir('opaque/'),
    file('opaque/hidden', 'hidden\n'),
    dir('removed/'),
    file('removed/x', 'x\n'),
    file('tool', 'tool content\n', { mode: 0o755 }),
  ]);
  const upper = await store(
    [
      file('etc/.wh.gone'),
      file('etc/changed', 'new\n'),
      file('opaque/.wh..wh..opq'),
      file('opaque/shown', 'shown\n'),
      file('.wh.removed'),
      link('alias', 'tool'),
    ],
    [lower.diffId],
  );
  const base = '/var/lib/docker/ninep-test';
  await run(`mkdir -p ${base}/upper ${base}/work ${base}/merged`);
  const mount = `lowerdir=${upper.path}:${lower.path},upperdir=${base}/upper,workdir=${base}/work`;
  await run(`mount -t overlay overlay -o ${mount} ${base}/merged`);
  const listing = lines(await run(`cd ${base}/merged && find . | sort`));
  expect(listing).toEqual([
    '.',
    './alias',
    './etc',
    './etc/changed',
    './etc/kept',
    './opaque',
    './opaque/shown',
    './tool',
  ]);
  expect(await run(`cd ${base}/merged && cat etc/* alias`)).toBe('new\nkept\ntool content\n');
  await run(`cd ${base}/merged && echo more >> etc/kept && rm tool && mkdir removed`);
  expect(await run(`cat ${base}/merged/etc/kept ${lower.path}/etc/kept`)).toBe(
    'kept\nmore\nkept\n',
  );
  expect(await run(`ls ${base}/merged/removed | wc -l; ls ${lower.path}/tool`)).toMatch(/^0\n/);
  await run(`umount ${base}/merged && rm -rf ${base}`);
});

test('a directory of 1000 files and a file of 10 MB are read in the time that this prints', async () => {
  const entries = Array.from({ length: 1000 }, (_, at) =>
    file(`d/file-${at}`, 'x'.repeat(500 + at)),
  );
  const { path } = await store([
    ...entries,
    { name: 'big', type: 'file', data: new Uint8Array(10 * mebibyte).fill(65) },
  ]);
  expect(lines(await run(`ls ${path}/d`))).toHaveLength(1000);
  const timed = async (label: string, command: string): Promise<string> => {
    requests.clear();
    const bash = `TIMEFORMAT=%R; time { ${command} >/dev/null; }`;
    const { stderr, exitCode } = await host.run(`cd ${path}; ${bash}`);
    expect(exitCode).toBe(0);
    const total = [...requests.values()].reduce((sum, count) => sum + count, 0);
    return `${label}: ${Math.round(Number(stderr) * 1000)} ms, ${total} requests`;
  };
  const report = [
    await timed('stat 1000 files, cold', 'ls -l d'),
    await timed('stat 1000 files, cached', 'ls -l d'),
    await timed('open + read 1000 files, cold', 'cat d/*'),
    await timed('open + read 1000 files, cached', 'cat d/*'),
    await timed('read 10 MB, cold', 'cat big'),
    await timed('read 10 MB, cached', 'cat big'),
  ];
  console.log(report.join('\n'));
});
