import { describe, expect, it } from 'vitest';
import { KindError } from '../../lib/errors.ts';
import type { FileTree } from './file-tree.ts';
import { JoinedTree } from './joined-tree.ts';
import { messageType } from './message.ts';
import {
  type Field,
  MemoryTree,
  NinepClient,
  NinepFailure,
  ReplyReader,
  encodeMessage,
} from './ninep.fixture.ts';
import { createNinepServer } from './server.ts';

const text = new TextEncoder();

const tree = new MemoryTree([
  {
    children: { etc: 1, hosts: 2, linked: 2, link: 3, null: 4, fifo: 5, old: 6, naïve: 7 },
    mode: 0o755,
  },
  { children: { hosts: 2 }, mode: 0o1777, linkCount: 2 },
  {
    content: text.encode('127.0.0.1 localhost\n'),
    mode: 0o4755,
    uid: 1000,
    gid: 70_000,
    linkCount: 3,
    mtimeSeconds: 1_700_000_000,
    mtimeNanoseconds: 123_456_789,
    extra: {
      'security.capability': Uint8Array.of(1, 2, 3, 0, 255),
      'user.note': text.encode('hi'),
    },
  },
  { target: '/etc/hosts', mode: 0o777 },
  { type: 'char', deviceMajor: 4095, deviceMinor: 0x12345 },
  { type: 'fifo', mode: 0o600 },
  { type: 'file', mtimeSeconds: -1, sizeBytes: 5 * 2 ** 40, allocatedBytes: 512 },
  { content: text.encode('ü') },
]);

async function connect(root: FileTree = tree, fidCountMax?: number): Promise<NinepClient> {
  const client = new NinepClient(
    createNinepServer({ root, ...(fidCountMax === undefined ? {} : { fidCountMax }) }),
  );
  await client.attach();
  return client;
}

const failing = (errno: number) => expect.objectContaining({ errno });

describe('createNinepServer()', () => {
  it('agrees on the version and the message size', async () => {
    const client = new NinepClient(createNinepServer({ root: tree }));
    const agreed = await client.send(100, ['u32', 8192], ['s', '9P2000.L']);
    expect([agreed.u32(), agreed.string(), agreed.done]).toEqual([8192, '9P2000.L', true]);
    const large = await client.send(100, ['u32', 0xffffffff], ['s', '9P2000.L']);
    expect(large.u32()).toBe(512 * 1024);
    const other = await client.send(100, ['u32', 8192], ['s', '9P2000']);
    expect([other.u32(), other.string()]).toEqual([8192, 'unknown']);
    await expect(client.send(100, ['u32', 4095], ['s', '9P2000.L'])).rejects.toEqual(failing(22));
  });

  it('forgets every fid with a new version', async () => {
    const client = await connect();
    await client.walk(0, 1);
    expect(client.server.fidCount).toBe(2);
    await client.send(100, ['u32', 8192], ['s', '9P2000.L']);
    expect(client.server.fidCount).toBe(0);
  });

  it('attaches to the root or a path below it and refuses authentication', async () => {
    const client = await connect();
    expect((await client.attach(0)).qid().type).toBe(0x80);
    const below = await client.attach(0, '/etc');
    expect(below.qid()).toEqual(
      (await client.walk(0, 1, '..')).u16() === 1 ? expect.anything() : 0,
    );
    await expect(client.attach(0, '/nosuch')).rejects.toEqual(failing(2));
    await expect(
      client.send(104, ['u32', 5], ['u32', 4], ['s', 'root'], ['s', ''], ['u32', 0]),
    ).rejects.toEqual(failing(95));
  });

  it('does not lead above what was attached', async () => {
    const client = await connect();
    await client.attach(0, '/etc');
    const up = await client.walk(0, 1, '..', '..', 'hosts');
    expect(up.u16()).toBe(3);
  });

  it('gives hard links the same qid, others different ones, and never version 0', async () => {
    const client = await connect();
    const qidOf = async (...names: string[]) => {
      const reply = await client.walk(0, 9, ...names);
      reply.at += 2 + (names.length - 1) * 13;
      await client.clunk(9);
      return reply.qid();
    };
    const hosts = await qidOf('hosts');
    expect(hosts.version).not.toBe(0);
    expect(await qidOf('linked')).toEqual(hosts);
    expect(await qidOf('etc', 'hosts')).toEqual(hosts);
    expect((await qidOf('etc')).path).not.toBe(hosts.path);
    expect((await qidOf('etc')).type).toBe(0x80);
    expect((await qidOf('link')).type).toBe(0x02);
  });

  it('walks as far as it comes and makes no fid on the way', async () => {
    const client = await connect();
    expect((await client.walk(0, 1, 'etc', 'nosuch', 'x')).u16()).toBe(1);
    await expect(client.clunk(1)).rejects.toEqual(failing(9));
    await expect(client.walk(0, 1, 'nosuch')).rejects.toEqual(failing(2));
    await expect(client.walk(0, 1, 'hosts', 'x')).rejects.toEqual(failing(20));
    await expect(client.walk(0, 1, 'n'.repeat(256))).rejects.toEqual(failing(36));
    await expect(client.walk(0, 1, 'ü'.repeat(128))).rejects.toEqual(failing(36));
    await expect(client.walk(7, 1)).rejects.toEqual(failing(9));
    await client.walk(0, 1);
    await expect(client.walk(0, 1, 'etc')).rejects.toEqual(failing(22));
    expect((await client.walk(1, 1, 'etc')).u16()).toBe(1);
    expect((await client.attributes(1)).mode).toBe(0o041777);
    await expect(client.walk(0, 2, ...Array.from({ length: 17 }, () => '..'))).rejects.toEqual(
      failing(22),
    );
  });

  it('shows all attributes', async () => {
    const client = await connect();
    await client.walk(0, 1, 'hosts');
    expect(await client.attributes(1)).toMatchObject({
      valid: 0x7ffn,
      mode: 0o104755,
      uid: 1000,
      gid: 70_000,
      nlink: 3n,
      rdev: 0n,
      size: 20n,
      blksize: 4096n,
      blocks: 1n,
      mtime: 1_700_000_000n,
      mtimeNanoseconds: 123_456_789n,
    });
    await client.walk(0, 2, 'null');
    // 12 bits of major at bit 8, the high bits of minor above them.
    expect(await client.attributes(2)).toMatchObject({ mode: 0o020644, rdev: 0x123f_ff45n });
    await client.walk(0, 3, 'fifo');
    expect((await client.attributes(3)).mode).toBe(0o010600);
    await client.walk(0, 4, 'old');
    expect(await client.attributes(4)).toMatchObject({
      mtime: 0xffff_ffff_ffff_ffffn,
      size: BigInt(5 * 2 ** 40),
      blocks: 1n,
    });
  });

  it('reads files by range once they are open', async () => {
    const client = await connect();
    await client.walk(0, 1, 'hosts');
    await expect(client.read(1, 0, 10)).rejects.toEqual(failing(9));
    expect((await client.open(1, 0o100000)).qid().type).toBe(0);
    expect(await client.read(1, 10, 9)).toEqual(text.encode('localhost'));
    expect(await client.read(1, 20, 100)).toHaveLength(0);
    expect(await client.read(1, 2 ** 52, 100)).toHaveLength(0);
    await expect(client.open(1)).rejects.toEqual(failing(9));
    await expect(client.walk(1, 2)).rejects.toEqual(failing(9));
    await client.walk(0, 3, 'etc');
    await client.open(3);
    await expect(client.read(3, 0, 10)).rejects.toEqual(failing(21));
  });

  it('never answers with more than the message size', async () => {
    const client = await connect(
      new MemoryTree([{ children: { big: 1 } }, { content: new Uint8Array(100_000) }]),
    );
    await client.send(100, ['u32', 4096], ['s', '9P2000.L']);
    await client.send(104, ['u32', 0], ['u32', 0xffffffff], ['s', ''], ['s', ''], ['u32', 0]);
    await client.walk(0, 1, 'big');
    await client.open(1);
    expect(await client.read(1, 0, 100_000)).toHaveLength(4096 - 11);
  });

  it('reads symbolic links only', async () => {
    const client = await connect();
    await client.walk(0, 1, 'link');
    const reply = await client.send(22, ['u32', 1]);
    expect([reply.string(), reply.done]).toEqual(['/etc/hosts', true]);
    await client.walk(0, 2, 'hosts');
    await expect(client.send(22, ['u32', 2])).rejects.toEqual(failing(22));
  });

  it('reads extended attributes and their names', async () => {
    const client = await connect();
    await client.walk(0, 1, 'hosts');
    const value = await client.send(30, ['u32', 1], ['u32', 2], ['s', 'security.capability']);
    expect(value.u64()).toBe(5n);
    expect([...(await client.read(2, 0, 5))]).toEqual([1, 2, 3, 0, 255]);
    expect([...(await client.read(2, 3, 100))]).toEqual([0, 255]);
    await client.clunk(2);
    const names = await client.send(30, ['u32', 1], ['u32', 2], ['s', '']);
    expect(names.u64()).toBe(30n);
    expect(await client.read(2, 0, 100)).toEqual(text.encode('security.capability\0user.note\0'));
    for (const name of ['user.nosuch', 'toString', '__proto__']) {
      await expect(client.send(30, ['u32', 1], ['u32', 3], ['s', name])).rejects.toEqual(
        failing(61),
      );
    }
    await expect(client.send(30, ['u32', 1], ['u32', 2], ['s', ''])).rejects.toEqual(failing(22));
  });

  it('pages large directories at stable offsets, names of 255 bytes included', async () => {
    const children: Record<string, number> = {};
    for (let index = 0; index < 3000; index++) children[`file-${index}`] = 1;
    children['n'.repeat(255)] = 1;
    children['ü'.repeat(127)] = 2;
    const client = await connect(
      new MemoryTree([{ children }, { content: new Uint8Array(1) }, { target: 'x' }]),
    );
    await client.walk(0, 1);
    await client.open(1);
    const whole = await client.readDirectory(1);
    expect(whole).toHaveLength(3004);
    expect(whole.map(({ name }) => name)).toEqual(['.', '..', ...Object.keys(children)]);
    expect(whole.at(-1)).toMatchObject({ name: 'ü'.repeat(127), type: 10 });
    expect(whole[2]).toMatchObject({ type: 8 });
    expect(whole[0]).toMatchObject({ type: 4 });
    expect(await client.readDirectory(1, 300)).toEqual(whole);
    const middle = whole[1500]?.offset ?? 0;
    expect((await client.readPage(1, middle, 100))[0]).toEqual(whole[1501]);
    expect(await client.readPage(1, 2 ** 40, 100)).toEqual([]);
    await expect(client.readPage(1, 0, 10)).rejects.toEqual(failing(22));
  });

  it('answers every request that would write with EROFS', async () => {
    const client = await connect();
    await client.walk(0, 1, 'hosts');
    const { tlcreate, tsymlink, tmknod, trename, tsetattr, txattrcreate } = messageType;
    const { tlink, tmkdir, trenameat, tunlinkat, twrite } = messageType;
    const changing = [tlcreate, tsymlink, tmknod, trename, tsetattr, txattrcreate, tlink, tmkdir];
    for (const type of [...changing, trenameat, tunlinkat, twrite]) {
      await expect(client.send(type, ['u32', 1], ['u64', 0])).rejects.toEqual(failing(30));
    }
    for (const flags of [1, 2, 0o100, 0o1000]) {
      await expect(client.open(1, flags)).rejects.toEqual(failing(30));
    }
    await expect(client.send(messageType.tremove, ['u32', 1])).rejects.toEqual(failing(30));
    await expect(client.clunk(1)).rejects.toEqual(failing(9));
  });

  it('answers statfs, fsync and locks', async () => {
    const client = await connect();
    const figures = await client.send(8, ['u32', 0]);
    expect(figures.u32()).toBe(0x01021997);
    expect(figures.bytes).toHaveLength(7 + 60);
    await client.send(50, ['u32', 0], ['u32', 0]);
    const locked = await client.send(
      52,
      ['u32', 0],
      ['u8', 1],
      ['u32', 0],
      ['u64', 0],
      ['u64', 0],
      ['u32', 7],
      ['s', 'host'],
    );
    expect(locked.u8()).toBe(0);
    const free = await client.send(
      54,
      ['u32', 0],
      ['u8', 1],
      ['u64', 1],
      ['u64', 2],
      ['u32', 7],
      ['s', 'host'],
    );
    expect([free.u8(), free.u64(), free.u64(), free.u32(), free.string()]).toEqual([
      2,
      1n,
      2n,
      7,
      'host',
    ]);
  });

  it('holds no more fids than its maximum', async () => {
    const client = await connect(tree, 3);
    await client.walk(0, 1);
    await client.walk(0, 2);
    await expect(client.walk(0, 3)).rejects.toEqual(failing(23));
    await expect(client.send(30, ['u32', 1], ['u32', 3], ['s', ''])).rejects.toEqual(failing(23));
    await client.clunk(2);
    await client.walk(0, 3);
    client.server.dispose();
    expect(client.server.fidCount).toBe(0);
  });
});

describe('NinepServer.handle()', () => {
  it('answers malformed messages with an error and goes on', async () => {
    const { server } = await connect();
    const answer = async (bytes: Uint8Array) => {
      const reply = new ReplyReader(await server.handle(bytes));
      expect(reply.size).toBe(reply.bytes.length);
      return [reply.type, reply.tag, reply.u32()];
    };
    expect(await answer(new Uint8Array(0))).toEqual([7, 0, 22]);
    expect(await answer(Uint8Array.of(7, 0, 0, 0, 100, 9))).toEqual([7, 9, 22]);
    const lying = encodeMessage(120, 3, [['u32', 0]]);
    lying[0] = 200;
    expect(await answer(lying)).toEqual([7, 3, 22]);
    for (let type = 0; type < 256; type++) {
      const [replyType, tag, number] = await answer(encodeMessage(type, 5, []));
      expect([replyType, tag]).toEqual([7, 5]);
      expect([22, 30, 95]).toContain(number);
    }
    // A string that ends behind the message.
    const name: Field[] = [
      ['u32', 0],
      ['u32', 1],
      ['u16', 1],
      ['u16', 500],
    ];
    expect(await answer(encodeMessage(110, 6, name))).toEqual([7, 6, 22]);
    expect(
      (
        await server.handle(
          encodeMessage(24, 8, [
            ['u32', 0],
            ['u64', 0],
          ]),
        )
      )[4],
    ).toBe(25);
  });

  it('answers without a promise where the tree does', async () => {
    const { server } = await connect();
    expect(
      server.handle(
        encodeMessage(24, 8, [
          ['u32', 0],
          ['u64', 0],
        ]),
      ),
    ).toBeInstanceOf(Uint8Array);
  });

  it('never throws or hangs on random bytes', async () => {
    const client = await connect();
    let seed = 42;
    const random = () => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) >>> 8;
    for (let round = 0; round < 5_000; round++) {
      const fields: Field[] = Array.from({ length: random() % 30 }, () => ['u8', random() % 6]);
      const type = Object.values(messageType)[random() % 29] ?? 0;
      if (type === messageType.tversion) continue;
      const reply = await client.server.handle(encodeMessage(type, round & 0xffff, fields));
      expect(new ReplyReader(reply).size).toBe(reply.length);
    }
  });

  it('flushes a waiting read: its EINTR comes first, then Rflush, and the late content is dropped', async () => {
    let finish: (data: Uint8Array) => void = () => undefined;
    class SlowTree extends MemoryTree {
      override read(): Promise<Uint8Array> {
        return new Promise((resolve) => (finish = resolve));
      }
    }
    const client = await connect(new SlowTree(tree.nodes));
    await client.walk(0, 1, 'hosts');
    await client.open(1);
    const order: number[] = [];
    const note = async (message: Uint8Array) => {
      const reply = new ReplyReader(await client.server.handle(message));
      order.push(reply.type);
      return reply;
    };
    const read = note(
      encodeMessage(116, 77, [
        ['u32', 1],
        ['u64', 0],
        ['u32', 10],
      ]),
    );
    const flush = note(encodeMessage(108, 78, [['u16', 77]]));
    expect((await read).u32()).toBe(4);
    await flush;
    finish(new Uint8Array(10));
    expect(order).toEqual([7, 109]);
    expect((await note(encodeMessage(108, 79, [['u16', 999]]))).tag).toBe(79);
  });

  it('makes no fid for a walk that was flushed', async () => {
    let finish: (found: number) => void = () => undefined;
    class SlowTree extends MemoryTree {
      override lookup(): never {
        return new Promise((resolve) => (finish = resolve)) as never;
      }
    }
    const client = await connect(new SlowTree(tree.nodes));
    const walking = client.walk(0, 1, 'hosts').catch((error: unknown) => error);
    await client.send(108, ['u16', 3]);
    expect(await walking).toEqual(failing(4));
    finish(2);
    await Promise.resolve();
    await expect(client.clunk(1)).rejects.toEqual(failing(9));
  });

  it('turns what a tree throws into an errno', async () => {
    const throwing = (error: unknown): FileTree => ({
      rootInode: 0,
      attributes: (inode) => tree.attributes(inode),
      lookup: () => {
        throw error;
      },
      list: async () => {
        throw error;
      },
      read: async () => {
        throw error;
      },
      readlink: () => '',
      xattrs: () => ({}),
    });
    for (const [error, errno] of [
      [new KindError('notFound', 'gone'), 2],
      [new KindError('dataLoss', 'bad'), 5],
      [new KindError('forbidden', 'no'), 13],
      [new TypeError('bug'), 5],
      ['text', 5],
    ] as const) {
      const client = await connect(throwing(error));
      await expect(client.walk(0, 1, 'x')).rejects.toEqual(failing(errno));
      await client.walk(0, 1);
      await client.open(1);
      await expect(client.readDirectory(1)).rejects.toEqual(failing(errno));
    }
    expect(new NinepFailure(5).errno).toBe(5);
  });
});

describe('JoinedTree', () => {
  it('joins trees under names, each with qids of its own', async () => {
    const other = new MemoryTree(tree.nodes);
    const client = await connect(new JoinedTree({ a: tree, b: other }));
    const first = await client.walk(0, 1, 'a', 'hosts');
    const second = await client.walk(0, 2, 'b', 'hosts');
    const paths = [first, second].map((reply) => {
      reply.at += 15;
      return reply.qid().path;
    });
    expect(paths[0]).not.toBe(paths[1]);
    expect((await client.walk(0, 3, 'a', '..', 'b')).u16()).toBe(3);
    await client.walk(0, 4);
    await client.open(4);
    const names = (await client.readDirectory(4)).map(({ name, type }) => [name, type]);
    expect(names).toEqual([
      ['.', 4],
      ['..', 4],
      ['a', 4],
      ['b', 4],
    ]);
    expect((await client.attributes(0)).nlink).toBe(4n);
    await client.walk(0, 5, 'b');
    await client.open(5);
    const [, up] = await client.readDirectory(5);
    const root = await client.walk(0, 6, 'b', '..');
    root.at += 15;
    expect(up?.qid).toEqual(root.qid());
  });

  it('answers ESTALE when the tree behind a fid is gone', async () => {
    let gone = false;
    class Vanishing extends MemoryTree {
      prepare(): Promise<void> | undefined {
        return gone ? Promise.reject(new KindError('notFound', 'gone')) : undefined;
      }
    }
    const client = await connect(new JoinedTree({ a: new Vanishing(tree.nodes) }));
    await client.walk(0, 1, 'a', 'hosts');
    gone = true;
    await expect(client.attributes(1)).rejects.toEqual(failing(116));
    await client.clunk(1);
  });
});
