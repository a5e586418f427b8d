/** `POST /build` on an engine without a machine: what needs no RUN is built all the same. */
import { gunzipSync } from 'node:zlib';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { JsonMessage } from '../src/api/image.ts';
import { openTree } from '../src/engine/build/file-tree.ts';
import { readSmallFile } from '../src/engine/build/file-content.ts';
import { digestOf } from '../src/image/hash.ts';
import { TarReader } from '../src/image/tar-reader.ts';
import { tarArchive } from '../src/image/tar-writer.ts';
import { createMemoryRecordStore } from './support/memory-stores.ts';
import { bodyBytes, createFakeEngine, type FakeEngine } from './support/fake-engine.ts';
import { sparseFile } from './support/tars.ts';

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

function context(dockerfile: string): Uint8Array {
  return tarArchive([
    { name: 'Dockerfile', type: 'file', data: encode(dockerfile) },
    { name: 'a.txt', type: 'file', mode: 0o600, uid: 5, gid: 6, data: encode('hello\n') },
    { name: 'link', type: 'symlink', linkName: 'a.txt' },
    { name: 'sub/', type: 'dir', mode: 0o700 },
    { name: 'sub/b.txt', type: 'file', data: encode('b\n') },
    { name: 'sub/c.md', type: 'file', data: encode('c\n') },
  ]);
}

async function build({ handler }: FakeEngine, body: Uint8Array, query = '') {
  const response = await handler({
    method: 'POST',
    path: `/v1.43/build?t=one${query}`,
    headers: { 'content-type': 'application/x-tar' },
    body,
  });
  const text = decode(await bodyBytes(response));
  const messages = text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as JsonMessage);
  const stream = messages.map((message) => message.stream ?? '').join('');
  return { status: response.status, messages, stream };
}

async function files({ images }: FakeEngine): Promise<Record<string, string>> {
  const { config } = await images.resolve('one');
  const root = await openTree(images.layers, config.diffIds);
  const found: Record<string, string> = {};
  const visit = async (path: string, node: typeof root): Promise<void> => {
    const { type, mode, uid, gid } = node.inode;
    const content =
      type === 'file' ? decode(await readSmallFile(images.layers, node, 1000)).trim() : type;
    if (path !== '') found[path] = `${mode.toString(8)} ${uid}:${gid} ${content}`;
    for (const [name, child] of node.children) await visit(`${path}/${name}`, child);
  };
  await visit('', root);
  return found;
}

interface Manifest {
  readonly manifests?: readonly { readonly digest: string }[];
  readonly layers?: readonly { readonly digest: string }[];
  readonly config?: { readonly digest: string };
  readonly rootfs?: { readonly diff_ids: readonly string[] };
}

/** A build of so many layers of a kilobyte. */
function sized(count: number): Uint8Array {
  const numbers = [...Array(count).keys()];
  const lines = numbers.map((number) => `COPY f /f${number}\n`).join('');
  return tarArchive([
    { name: 'Dockerfile', type: 'file', data: encode(`FROM scratch\n${lines}`) },
    { name: 'f', type: 'file', data: new Uint8Array(1000) },
  ]);
}

const severalMessage =
  'When using COPY with more than one source file, the destination must be a directory and end with a /';

describe('POST /build', () => {
  test('copies files, directories and links as Docker does', async () => {
    const engine = await createFakeEngine();
    const { stream, messages } = await build(
      engine,
      context(
        'FROM scratch\nWORKDIR /w/x\nCOPY a.txt sub link ./\nCOPY --chown=1:2 --chmod=u=rw,go=r --exclude=*.md sub /s\nCOPY --parents sub/b.txt /p/\nADD <<EOF /inline\nhi\nEOF\nCMD ["x"]\n',
      ),
    );
    expect(stream).toMatch(
      /^Step 1\/7 : FROM scratch\n ---> \nStep 2\/7 : WORKDIR \/w\/x\n ---> Running in [0-9a-f]{12}\n/,
    );
    expect(stream).toMatch(/Successfully built [0-9a-f]{12}\nSuccessfully tagged one:latest\n$/);
    expect(messages.filter(({ aux }) => aux !== undefined)).toHaveLength(1);
    expect(await files(engine)).toEqual({
      '/inline': '644 0:0 hi',
      '/p': '755 0:0 dir',
      '/p/sub': '755 0:0 dir',
      '/p/sub/b.txt': '644 0:0 b',
      '/s': '644 1:2 dir',
      '/s/b.txt': '644 1:2 b',
      '/w': '755 0:0 dir',
      '/w/x': '755 0:0 dir',
      '/w/x/a.txt': '600 0:0 hello',
      '/w/x/b.txt': '644 0:0 b',
      '/w/x/c.md': '644 0:0 c',
      '/w/x/link': '600 0:0 hello',
    });
  });

  test('the second build is all cached and gives the same image', async () => {
    const engine = await createFakeEngine();
    const body = context(
      'FROM busybox AS a\nCOPY a.txt /\nFROM scratch\nCOPY --from=a /a.txt /b\nLABEL x=y\n',
    );
    await build(engine, body);
    const first = (await engine.images.resolve('one')).id;
    const { stream } = await build(engine, body);
    expect(stream.match(/ ---> Using cache\n/g)).toHaveLength(3);
    expect((await engine.images.resolve('one')).id).toBe(first);
    await build(engine, body, '&version=2');
    const modern = (await engine.images.resolve('one')).id;
    const { messages } = await build(engine, body, '&version=2');
    expect((await engine.images.resolve('one')).id).toBe(modern);
    expect(JSON.stringify(messages)).toContain('"cached":true');
    const { json } = await engine.call('POST', '/build/prune?all=1');
    expect(json).toMatchObject({ SpaceReclaimed: expect.any(Number) });
  });

  test('follows symlinks of the destination inside the root alone', async () => {
    const engine = await createFakeEngine();
    const archive = tarArchive([
      {
        name: 'Dockerfile',
        type: 'file',
        data: encode('FROM scratch\nCOPY tree /\nCOPY f /out/x/f\n'),
      },
      { name: 'tree/real/', type: 'dir' },
      { name: 'tree/out', type: 'symlink', linkName: '../../../real' },
      { name: 'f', type: 'file', data: encode('f') },
    ]);
    await build(engine, archive);
    expect(await files(engine)).toMatchObject({
      '/real/x/f': '644 0:0 f',
      '/out': '777 0:0 symlink',
    });
  });

  test('a file called like a whiteout is one in the layer that COPY makes', async () => {
    const copied = async (lines: string) => {
      const engine = await createFakeEngine();
      const names = ['.wh.x', 'x', 'd/.wh..wh..opq', 'd/n'];
      await build(
        engine,
        tarArchive([
          { name: 'Dockerfile', type: 'file', data: encode(`FROM scratch\n${lines}`) },
          ...names.map((name) => ({ name, type: 'file', data: encode(name) }) as const),
        ]),
      );
      return Object.keys(await files(engine));
    };
    expect(await copied('COPY x /c/\nCOPY .wh.x /c/\n')).toEqual(['/c']);
    expect(await copied('COPY . /c/\n')).toEqual(['/c', '/c/Dockerfile', '/c/d', '/c/d/n', '/c/x']);
    expect(await copied('COPY x /c/\nCOPY d /c/\n')).toEqual(['/c', '/c/n']);
  });

  test('the classic builder’s history tells of each step, of --label too', async () => {
    const engine = await createFakeEngine();
    const labels = encodeURIComponent(JSON.stringify({ b: '2', a: '$x' }));
    const { stream } = await build(
      engine,
      context(
        'FROM scratch\nARG word=none other\nCOPY a.txt /x\nCOPY sub /d/\nWORKDIR /a/../w\nCMD ["x"]\n',
      ),
      `&labels=${labels}&buildargs=${encodeURIComponent('{"word":"given","other":"o"}')}`,
    );
    expect(stream).toContain('Step 8/8 : LABEL b=2\n');
    const { config } = await engine.images.resolve('one');
    expect((config.config as { WorkingDir?: string }).WorkingDir).toBe('/a/../w');
    expect(config.history.map(({ createdBy }) => createdBy?.replace(/[0-9a-f]{64}/, '…'))).toEqual([
      '/bin/sh -c #(nop)  ARG word=none other',
      '/bin/sh -c #(nop) COPY file:… in /x ',
      '/bin/sh -c #(nop) COPY dir:… in /d/ ',
      '/bin/sh -c #(nop)  WORKDIR /a/../w',
      '/bin/sh -c #(nop)  CMD ["x"]',
      '/bin/sh -c #(nop)  LABEL a=$x',
      '/bin/sh -c #(nop)  LABEL b=2',
    ]);
  });

  test('--parents leaves out what stands before a ./ of its own', async () => {
    const engine = await createFakeEngine();
    await build(engine, context('FROM scratch\nCOPY --parents ./sub/./b.txt s*/c.md /p/\n'));
    expect(Object.keys(await files(engine)).sort()).toEqual([
      '/p',
      '/p/b.txt',
      '/p/sub',
      '/p/sub/c.md',
    ]);
  });

  test.each([
    [
      'FROM scratch\nCOPY nope /\n',
      'COPY failed: file not found in build context or excluded by .dockerignore: stat nope: file does not exist',
    ],
    [
      'FROM scratch\nCOPY --chown=joe a.txt /\n',
      "unable to convert uid/gid chown string to host mapping: can't find uid for user joe: no such user: joe",
    ],
    [
      'FROM scratch\nCOPY ../../etc /\n',
      'COPY failed: forbidden path outside the build context: ../../etc ()',
    ],
    ['FROM scratch\nCOPY a.txt link /x\n', severalMessage],
    ['FROM scratch\nSTOPSIGNAL SIGNO\n', 'invalid signal: SIGNO'],
    ['FROM scratch\nCOPY --from=9 /a /\n', 'invalid from flag value 9: index out of bounds'],
    ['FROM $none\n', 'base name ($none) should not be blank'],
  ])('%j fails and names nothing', async (dockerfile, message) => {
    const engine = await createFakeEngine();
    const { messages } = await build(engine, context(dockerfile));
    expect(messages.at(-1)).toMatchObject({ error: message, errorDetail: { message } });
    await expect(engine.images.resolve('one')).rejects.toThrow('No such image');
  });

  test('a tar that leads out of its context is refused before anything is built', async () => {
    const engine = await createFakeEngine();
    const { status, messages } = await build(
      engine,
      tarArchive([{ name: '../x', type: 'file', data: encode('') }]),
    );
    expect(status).toBe(400);
    expect(JSON.stringify(messages)).toContain('outside of the build context');
  });

  test('the parameters of RUN’s containers are heard', async () => {
    const engine = await createFakeEngine();
    const { guest, call } = engine;
    let found: unknown;
    guest.script = async (process) => {
      const { json } = await call('GET', '/containers/json?all=1');
      const [{ Id: id } = { Id: '' }] = json as { Id: string }[];
      found = (await call('GET', `/containers/${id}/json`)).json;
      process.end(1);
    };
    const query = new URLSearchParams([
      ...['one:10.0.0.1', 'two:10.0.0.2'].map((host) => ['extrahosts', host]),
      ['ulimits', '[{"Name":"nofile","Soft":64,"Hard":64}]'],
      ...Object.entries({ shmsize: '8388608', networkmode: 'none', cgroupparent: '/builds' }),
    ]);
    await build(engine, context('FROM busybox\nRUN x\n'), `&version=2&${query}`);
    expect(found).toMatchObject({
      HostConfig: {
        ExtraHosts: ['one:10.0.0.1', 'two:10.0.0.2'],
        Ulimits: [{ Name: 'nofile', Soft: 64, Hard: 64 }],
        ShmSize: 8_388_608,
        NetworkMode: 'none',
        CgroupParent: '/builds',
      },
    });
  });

  test.each([
    ['FROM busybox\nRUN --network=host x\n', '', 'network.host is not allowed'],
    ['FROM busybox\nRUN --security=insecure x\n', '', 'security.insecure is not allowed'],
    ['FROM scratch\n', '&allow=security.insecure', 'granting entitlement security.insecure is not'],
    ['FROM scratch\n', '&allow=x', 'unknown entitlement x'],
  ])('%j with %j: %s', async (lines, query, words) => {
    const engine = await createFakeEngine();
    const { handler } = engine;
    const response = await handler({
      method: 'POST',
      path: `/v1.43/build?version=2${query}`,
      headers: {},
      body: context(lines),
    });
    expect(decode(await bodyBytes(response))).toContain(words);
    expect(engine.guest.processes).toHaveLength(0);
  });

  test('RUN tells which SSH agent it needs, and does without where it may', async () => {
    const engine = await createFakeEngine();
    const run = (mount: string) =>
      build(engine, context(`FROM busybox\nRUN --mount=${mount} true\n`), '&version=2');
    const { messages } = await run('type=ssh,id=mine,required');
    expect(messages.at(-1)?.error).toBe('unset ssh forward key mine');
    expect(engine.guest.processes).toHaveLength(0);
    engine.guest.script = (process) => process.end(1);
    await run('type=ssh --mount=type=ssh,id=two');
    expect(JSON.stringify(engine.guest.processes[0]?.plan)).toContain(
      '"SSH_AUTH_SOCK=/run/buildkit/ssh_agent.0"',
    );
  });

  test('git of an SSH URL is given the agent', async () => {
    const engine = await createFakeEngine();
    const { guest, handler } = engine;
    const stat = guest.stat.bind(guest);
    guest.stat = async (path, options) => {
      if (!path.startsWith('/run/bottleship/ssh/')) return stat(path, options);
      const times = { mtimeSeconds: 0, mtimeNanoseconds: 0 };
      return { type: 'socket', mode: 0o600, uid: 0, gid: 0, sizeBytes: 0, ...times };
    };
    guest.script = (process) => {
      if (!JSON.stringify(process.plan).includes('"git","-C"')) return;
      process.end(1);
      guest.processes[0]?.end(0);
    };
    const remote = encodeURIComponent('git@host.test:me/app.git#main');
    const response = await handler({
      method: 'POST',
      path: `/v1.43/build?version=2&remote=${remote}`,
      headers: { 'x-build-ssh': btoa(JSON.stringify({ default: { socket: '/tmp/agent' } })) },
    });
    expect(decode(await bodyBytes(response))).toContain('failed to fetch remote git@host.test:me');
    const plans = guest.processes.map(({ plan }) => JSON.stringify(plan));
    expect(plans[0]).toContain('UNIX-CONNECT:/tmp/agent');
    expect(plans[1]).toMatch(/"SSH_AUTH_SOCK=\/run\/bottleship\/ssh\/[0-9a-f]+\/socket"/);
    expect(plans[1]).toContain('"GIT_CONFIG_VALUE_0=git@host.test:me/app.git"');
  });

  test('a secret in a variable is the program’s alone', async () => {
    const engine = await createFakeEngine();
    const { guest, call, handler } = engine;
    let inspected: unknown;
    guest.script = async (process) => {
      const { json } = await call('GET', '/containers/json?all=1');
      const [{ Id: id } = { Id: '' }] = json as { Id: string }[];
      inspected = (await call('GET', `/containers/${id}/json`)).json;
      process.end(1);
    };
    const stop = new AbortController();
    const watched = await handler({
      method: 'GET',
      path: '/bottleship/xray?follow=1',
      headers: {},
      signal: stop.signal,
    });
    const told = new Response(watched.body as ReadableStream).text();
    const response = await handler({
      method: 'POST',
      path: '/v1.43/build?version=2',
      headers: { 'x-build-secrets': btoa(JSON.stringify({ key: btoa('hidden') })) },
      body: context('FROM busybox\nRUN --mount=type=secret,id=key,env=KEY x\n'),
    });
    const answer = decode(await bodyBytes(response));
    stop.abort();
    expect(JSON.stringify(guest.processes[0]?.plan)).toContain('"KEY=hidden"');
    expect(await told).toContain("'KEY=…'");
    expect(JSON.stringify([inspected, answer, await told])).not.toContain('hidden');
  });

  test('a failing RUN tells its exit code and leaves no image', async () => {
    const engine = await createFakeEngine();
    engine.guest.script = (process) => {
      process.print('working\n');
      process.end(7);
    };
    const { messages, stream } = await build(
      engine,
      context('FROM busybox\nRUN false\n'),
      '&forcerm=1',
    );
    expect(stream).toContain('working\n');
    const message = "The command '/bin/sh -c false' returned a non-zero code: 7";
    expect(messages.at(-1)).toEqual({
      errorDetail: { code: 7, message, sources: expect.any(Array) },
      error: message,
    });
    expect((await engine.call('GET', '/containers/json?all=1')).json).toEqual([]);
  });

  test('call= answers about the Dockerfile and builds nothing', async () => {
    const engine = await createFakeEngine();
    const file = 'FROM scratch AS Base\n# syntax is odd\nfrom base\nARG who=you\nMAINTAINER me\n';
    const query = '&version=2&call=';
    const answer = async (call: string) =>
      (await build(engine, context(file), query + call)).messages.find(
        ({ id }) => id === 'bottleship.build.call',
      )?.aux;
    expect(await answer('check')).toMatchObject({
      call: 'check',
      warnings: expect.arrayContaining([
        expect.objectContaining({ ruleName: 'StageNameCasing' }),
        expect.objectContaining({ ruleName: 'MaintainerDeprecated' }),
      ]) as unknown,
    });
    expect(await answer('targets')).toMatchObject({
      targets: [{ name: 'base' }, { default: true }],
    });
    expect(await answer('outline')).toMatchObject({ args: [{ name: 'who', value: 'you' }] });
    const wrong = await build(engine, context('FROM scratch\nFORM x\n'), `${query}check`);
    expect(wrong.messages.at(-1)?.aux).toMatchObject({
      buildError: { message: expect.stringContaining('unknown instruction: FORM') as unknown },
    });
    await expect(engine.images.resolve('one')).rejects.toThrow('No such image');
  });

  test('what each step left can be seen', async () => {
    const engine = await createFakeEngine();
    const lines = ['COPY a.txt /x/', 'COPY sub/b.txt /x/a.txt', 'CMD ["x"]'];
    await build(engine, context(`FROM scratch\n${lines.join('\n')}\n`), '&version=2');
    const response = await engine.handler({
      method: 'GET',
      path: '/bottleship/images/one/layers',
      headers: {},
    });
    const seen: unknown = JSON.parse(decode(await bodyBytes(response)));
    expect(seen).toMatchObject({
      WastedBytes: 6,
      Size: 8,
      Steps: [
        { Layer: { Size: 6, Added: 2, WastedBytes: 6 } },
        { Layer: { Size: 2, Changed: 1, Files: [{ Path: '/x/a.txt', Change: 'changed' }] } },
        { CreatedBy: 'CMD ["x"]' },
      ],
    });
  });

  test('SOURCE_DATE_EPOCH is the time of the image and of what it makes', async () => {
    const engine = await createFakeEngine();
    const lines = 'FROM scratch\nWORKDIR /w\nCOPY <<E /f\nx\nE\n';
    const args = encodeURIComponent(JSON.stringify({ SOURCE_DATE_EPOCH: '86400' }));
    const query = `&version=2&nocache=1&buildargs=${args}`;
    await build(engine, context(lines), query);
    const first = await engine.images.resolve('one');
    await build(engine, context(lines), query);
    expect((await engine.images.resolve('one')).id).toBe(first.id);
    expect(first.config.created).toBe('1970-01-02T00:00:00Z');
    const tree = await openTree(engine.images.layers, first.config.diffIds);
    expect(['w', 'f'].map((name) => tree.children.get(name)?.inode.mtimeSeconds)).toEqual([
      86_400, 86_400,
    ]);
  });

  test('a fresh engine takes the cache that an image of a registry carries, and keeps no image of it', async () => {
    const lines = context('FROM scratch\nCOPY a.txt /a\nENV A=b\nCOPY sub /sub\n');
    const first = await createFakeEngine();
    await build(first, lines, `&version=2&cacheto=${encodeURIComponent('["type=inline"]')}`);
    const built = await first.images.resolve('one');
    const fresh = async (): Promise<FakeEngine> => {
      const engine: FakeEngine = await createFakeEngine({
        registry: {
          pull: async (reference) => {
            const { layers } = engine.images;
            for (const diffId of built.config.diffIds)
              await layers.ingest(first.images.layers.tar(diffId), diffId);
            const id = await engine.images.put(await first.images.configBytes(built.id));
            await engine.images.tag(id, reference);
          },
        },
      });
      return engine;
    };
    const second = await fresh();
    const from = encodeURIComponent('["type=registry,ref=registry.test/cache"]');
    const { messages } = await build(second, lines, `&version=2&cachefrom=${from}`);
    const text = JSON.stringify(messages);
    expect(text).toContain('importing cache manifest from registry.test/cache:latest');
    expect(text.match(/"cached":true/g)).toHaveLength(2);
    const names = (await second.images.list()).flatMap(({ repoTags }) => repoTags);
    expect(names).toEqual(['one:latest', 'busybox:latest']);
    expect((await second.images.resolve('one')).config.history).toEqual(built.config.history);
    // What no step used is not believed by later builds, which did not name the image.
    const wary = await fresh();
    const short = context('FROM scratch\nCOPY a.txt /a\n');
    await build(wary, short, `&version=2&cachefrom=${from}`);
    const { messages: later } = await build(wary, lines, '&version=2');
    expect(JSON.stringify(later).match(/"cached":true/g)).toHaveLength(1);
    // What is not there is built without, and what is no image is refused.
    const third = await createFakeEngine();
    const { messages: without } = await build(third, lines, `&version=2&cachefrom=${from}`);
    expect(without.at(-1)).not.toHaveProperty('error');
    const { messages: refused } = await build(third, lines, '&version=2&cachefrom=["type=x"]');
    expect(refused.at(-1)?.error).toBe('unknown cache importer: x');
  });

  test('the classic builder’s cache is what the images of --cache-from were built with', async () => {
    const engine = await createFakeEngine();
    const lines = (last: string) =>
      context(`FROM scratch\nCOPY a.txt /a\nENV A=${last}\nCOPY sub /sub\n`);
    await build(engine, lines('b'));
    const again = await build(engine, lines('c'), '&cachefrom=["one","absent"]');
    expect(again.stream.match(/Using cache/g)).toHaveLength(1);
    const none = await build(engine, lines('c'), '&cachefrom=["absent"]');
    expect(none.stream).not.toContain('Using cache');
    await engine.call('POST', '/build/prune?all=1');
    const kept = await build(engine, lines('c'), '&cachefrom=["one"]');
    expect(kept.stream.match(/Using cache/g)).toHaveLength(3);
  });

  test('an engine that starts again has the cache of the one before', async () => {
    const state = createMemoryRecordStore();
    const lines = 'FROM scratch\nCMD ["x"]\n';
    const first = await build(await createFakeEngine({ state }), context(lines));
    expect(first.stream).not.toContain('Using cache');
    const second = await build(await createFakeEngine({ state }), context(lines));
    expect(second.stream).toContain(' ---> Using cache\n');
  });

  test('prune leaves the cache of images, and all of it goes with -a', async () => {
    const engine = await createFakeEngine();
    const lines = context(
      'FROM scratch AS lost\nCOPY a.txt /lost\nFROM scratch\nCOPY --from=lost /lost /kept\nCMD x\n',
    );
    await build(engine, lines, '&version=2');
    type Usage = { readonly BuildCache: readonly { Description: string; Shared: boolean }[] };
    const records = async () => {
      const { json } = await engine.call('GET', '/system/df?type=build-cache');
      return (json as Usage).BuildCache.map(({ Description, Shared }) => [Description, Shared]);
    };
    const kept = ['COPY /lost /kept # buildkit', true];
    const settings = ['CMD ["/bin/sh" "-c" "x"]', false];
    expect(await records()).toEqual([['COPY a.txt /lost # buildkit', false], kept, settings]);
    await engine.call('POST', '/build/prune');
    expect(await records()).toEqual([kept, settings]);
    const { messages } = await build(engine, lines, '&version=2');
    expect(JSON.stringify(messages)).toContain('"cached":true');
    await engine.call('POST', '/build/prune?all=1');
    expect(await records()).toEqual([]);
  });

  test('prune goes as far as the sizes that are asked for', async () => {
    const engine = await createFakeEngine();
    await build(engine, sized(3));
    await engine.call('DELETE', '/images/one');
    const { json } = await engine.call('POST', '/build/prune?max-used-space=1100');
    expect(json).toMatchObject({ CachesDeleted: [expect.any(String), expect.any(String)] });
    const { json: none } = await engine.call('POST', '/build/prune?reserved-space=2000');
    expect(none).toEqual({ CachesDeleted: null, SpaceReclaimed: 0 });
  });

  test('a context that is sent again is recognised, one that differs is read', async () => {
    const engine = await createFakeEngine();
    const large = (last: string) =>
      tarArchive([
        { name: 'Dockerfile', type: 'file', data: encode('FROM scratch\nCOPY last /\n') },
        { name: 'filler', type: 'file', data: new Uint8Array(700_000).fill(7) },
        { name: 'last', type: 'file', data: encode(last) },
      ]);
    const layers = async () => (await engine.images.layers.diffIds()).length;
    await build(engine, large('one'), '&version=2');
    const before = await layers();
    const { messages } = await build(engine, large('one'), '&version=2');
    expect([JSON.stringify(messages).includes('"cached":true'), await layers()]).toEqual([
      true,
      before,
    ]);
    await build(engine, large('two'), '&version=2');
    expect((await files(engine))['/last']).toBe('644 0:0 two');
    const { json } = await engine.call('GET', '/system/df?type=build-cache');
    const { BuildCache: records } = json as { BuildCache: readonly { Type: string }[] };
    expect(records.map(({ Type }) => Type)).toEqual(['regular', 'source.local', 'regular']);
    await engine.call('POST', '/build/prune');
    await build(engine, large('two'), '&version=2');
    expect((await files(engine))['/last']).toBe('644 0:0 two');
  });

  test('what builds keep stays below the engine’s limit', async () => {
    const engine = await createFakeEngine({ buildCacheBytesMax: 2500 });
    await build(engine, sized(4), '&version=2&outputs=[{"Type":"cacheonly","Attrs":{}}]');
    const { json } = await engine.call('GET', '/system/df?type=build-cache');
    const { BuildCache: records } = json as { BuildCache: readonly { Size: number }[] };
    expect(records.map(({ Size }) => Size)).toEqual([1000, 1000]);
  });

  test.each([true, false])('ADD streams what a URL gives: length told: %s', async (isTold) => {
    const download = async () =>
      new Response(new Blob(['from ', 'afar\n']).stream(), {
        headers: {
          'last-modified': 'Thu, 01 Jan 1970 00:01:00 GMT',
          ...(isTold ? { 'content-length': '10' } : {}),
        },
      });
    const engine = await createFakeEngine({ registry: { download } });
    const { messages } = await build(engine, context('FROM scratch\nADD https://h/x/name /d/\n'));
    expect(messages.at(-1)).not.toHaveProperty('error');
    expect(await files(engine)).toMatchObject({ '/d/name': '600 0:0 from afar' });
  });

  test('a URL that gives less than it said is an error', async () => {
    const download = async () => new Response('short', { headers: { 'content-length': '10' } });
    const engine = await createFakeEngine({ registry: { download } });
    const { messages } = await build(engine, context('FROM scratch\nADD https://h/name /d/\n'));
    expect(messages.at(-1)).toMatchObject({
      error: 'ADD failed: failed to GET https://h/name: 5 bytes instead of 10',
    });
  });

  test('a URL is a context: a Dockerfile alone', async () => {
    const download = async () => new Response('FROM scratch\nLABEL from=afar\n');
    const engine = await createFakeEngine({ registry: { download } });
    await build(engine, new Uint8Array(), '&remote=https://h/Dockerfile');
    const { config } = await engine.images.resolve('one');
    expect(config.config).toMatchObject({ Labels: { from: 'afar' } });
  });

  test.each([
    ['plain', (tar: Uint8Array) => tar],
    ['gzip', (tar: Uint8Array) => gzipSync(tar)],
  ])('a URL is a context: a tar, %s', async (_name, pack) => {
    const tar = Uint8Array.from(pack(context('FROM scratch\nCOPY sub/b.txt /d/\n')));
    const headers = { 'content-type': 'application/octet-stream' };
    const download = async () => new Response(tar, { headers });
    const engine = await createFakeEngine({ registry: { download } });
    const { messages } = await build(engine, new Uint8Array(), '&remote=https://h/context.tar');
    expect(messages.at(-1)).not.toHaveProperty('error');
    expect(await files(engine)).toMatchObject({ '/d/b.txt': '644 0:0 b' });
  });

  test('several outputs come back each in its pieces, and name no image', async () => {
    const engine = await createFakeEngine();
    const wanted = [
      { Type: 'local', Attrs: { dest: '/x' } },
      { Type: 'tar', Attrs: { dest: '-' } },
      { Type: 'oci', Attrs: { dest: '/o' } },
    ];
    const { messages } = await build(
      engine,
      context('FROM scratch\nCOPY --chown=7:8 a.txt sub/b.txt /d/\n'),
      `&version=2&outputs=${encodeURIComponent(JSON.stringify(wanted))}`,
    );
    const archive = (output: number) =>
      Buffer.concat(
        messages
          .filter(({ id, aux }) => id === 'bottleship.build.export' && aux?.['output'] === output)
          .map(({ aux }) => Buffer.from(String(aux?.['data']), 'base64')),
      );
    const names = (output: number) => {
      const found: string[] = [];
      const reader = new TarReader({ entry: ({ name, uid }) => void found.push(`${name} ${uid}`) });
      reader.write(archive(output));
      reader.finish();
      return found;
    };
    expect(names(0)).toEqual(['d/ 0', 'd/a.txt 0', 'd/b.txt 0']);
    expect(names(1)).toEqual(['d/ 7', 'd/a.txt 7', 'd/b.txt 7']);
    const layout = names(2).join('\n');
    expect(layout).toContain('index.json');
    expect(layout).not.toContain('manifest.json');
    expect(await engine.images.list()).toHaveLength(1);
  });

  test.each([
    ['oci', {}, 'application/vnd.oci.image.layer.v1.tar+gzip'],
    ['oci', { compression: 'uncompressed' }, 'application/vnd.oci.image.layer.v1.tar'],
    ['docker', {}, 'application/vnd.docker.image.rootfs.diff.tar.gzip'],
    ['docker', { 'oci-mediatypes': 'true' }, 'application/vnd.oci.image.layer.v1.tar+gzip'],
  ])('the layers of type=%s with %j are %s', async (type, attributes, mediaType) => {
    const engine = await createFakeEngine();
    const outputs = JSON.stringify([{ Type: type, Attrs: { dest: '-', ...attributes } }]);
    const { messages } = await build(
      engine,
      context('FROM scratch\nCOPY a.txt /\n'),
      `&version=2&outputs=${encodeURIComponent(outputs)}`,
    );
    const archive = Buffer.concat(
      messages.map(({ aux }) => Buffer.from(String(aux?.['data'] ?? ''), 'base64')),
    );
    const found = new Map<string, Buffer>();
    const reader = new TarReader({
      entry: ({ name, extents: [extent], sizeBytes }) => {
        const start = extent?.tarOffset ?? 0;
        found.set(name, archive.subarray(start, start + sizeBytes));
      },
    });
    reader.write(archive);
    const blob = (digest: string) =>
      found.get(`blobs/sha256/${digest.slice('sha256:'.length)}`) ?? Buffer.alloc(0);
    const json = (bytes: Buffer) => JSON.parse(bytes.toString()) as Manifest;
    const index = json(found.get('index.json') ?? Buffer.alloc(0));
    const { layers, config } = json(blob(index.manifests?.[0]?.digest ?? ''));
    const [layer] = layers ?? [];
    const bytes = blob(layer?.digest ?? '');
    expect(layer).toEqual({ mediaType, digest: await digestOf(bytes), size: bytes.length });
    const tar = mediaType.endsWith('gzip') ? gunzipSync(bytes) : bytes;
    expect(json(blob(config?.digest ?? '')).rootfs?.diff_ids).toEqual([await digestOf(tar)]);
  });

  test('annotations are in the manifest and in what the index says of it', async () => {
    const engine = await createFakeEngine();
    const Attrs = { dest: '-', 'annotation.a': 'one', 'annotation-manifest-descriptor.b': 'two' };
    const outputs = encodeURIComponent(JSON.stringify([{ Type: 'docker', Attrs }]));
    const lines = context('FROM scratch\nCOPY a.txt /\n');
    const { messages } = await build(engine, lines, `&version=2&outputs=${outputs}`);
    const archive = messages.map(({ aux }) => atob(String(aux?.['data'] ?? ''))).join('');
    expect(archive).toMatch(/"application\/vnd\.oci\.image\.manifest.*"annotations":\{"a":"one"\}/);
    expect(archive).toContain('"annotations":{"b":"two"');
  });

  test.each([
    [
      { Type: 'oci', Attrs: { 'annotation-index.a': 'b' } },
      'index annotations not supported for single platform export',
      '',
    ],
    [{ Type: 'oci', Attrs: { compression: 'x' } }, 'unsupported compression type x', ''],
    [{ Type: 'floppy' }, 'exporter "floppy" could not be found', ''],
    [{ Type: 'registry' }, 'tag is needed when pushing to registry', ''],
    [{ Type: 'image', Attrs: { name: 'A' } }, 'must be lowercase', '&t=one'],
  ])('the output %j is refused before anything is built', async (output, words, tags) => {
    const engine = await createFakeEngine();
    const { handler } = engine;
    const response = await handler({
      method: 'POST',
      path: `/v1.43/build?version=2${tags}&outputs=${encodeURIComponent(JSON.stringify([output]))}`,
      headers: {},
      body: context('FROM scratch\n'),
    });
    expect(decode(await bodyBytes(response))).toContain(JSON.stringify(words).slice(1, -1));
    expect(await engine.images.list()).toHaveLength(1);
  });

  test('several files go through a link to a directory', async () => {
    const engine = await createFakeEngine();
    await build(
      engine,
      tarArchive([
        { name: 'Dockerfile', type: 'file', data: encode('FROM scratch\nCOPY tree /\nCOPY a b /way\n') },
        { name: 'a', type: 'file', data: encode('a') },
        { name: 'b', type: 'file', data: encode('b') },
        { name: 'tree/sub/', type: 'dir' },
        { name: 'tree/way', type: 'symlink', linkName: 'sub' },
      ]),
    );
    const found = await files(engine);
    expect(Object.keys(found)).toEqual(['/sub', '/sub/a', '/sub/b', '/way']);
  }); // prettier-ignore

  const sparse = (name: string, sizeBytes: number) =>
    sparseFile(name, sizeBytes, { data: encode('abc'), offset: 1000 });

  test.each([
    ['COPY', [sparse('a', 3e9), sparse('b', 3e9)], 'makes the build context larger than'],
    ['ADD', [{ name: 'a', type: 'file', data: tarArchive([sparse('x', 1e13)]) }], 'write: no space left on device'],
  ] as const)('what %s would expand without end is refused', async (instruction, entries, message) => {
    const engine = await createFakeEngine();
    const dockerfile = encode(`FROM scratch\n${instruction} a /d/\n`);
    const archive = tarArchive([{ name: 'Dockerfile', type: 'file', data: dockerfile }, ...entries]);
    const { messages } = await build(engine, archive);
    expect(JSON.stringify(messages)).toContain(message);
    await expect(engine.images.resolve('one')).rejects.toThrow('No such image');
  }); // prettier-ignore

  test('the holes of a sparse file are read as zeros, from a context and from an archive of it', async () => {
    const engine = await createFakeEngine();
    const archive = tarArchive([
      { name: 'Dockerfile', type: 'file', data: encode('FROM scratch\nADD a.tar b /d/\n') },
      { name: 'a.tar', type: 'file', data: tarArchive([sparse('a', 2000)]) },
      sparse('b', 3000),
    ]);
    const { messages } = await build(engine, archive);
    expect(messages.at(-1)?.error).toBeUndefined();
    const { config } = await engine.images.resolve('one');
    const tree = await openTree(engine.images.layers, config.diffIds);
    for (const [name, sizeBytes] of [['a', 2000], ['b', 3000]] as const) {
      const node = tree.children.get('d')?.children.get(name);
      if (node === undefined) throw new Error(`No ${name}`);
      const expected = new Uint8Array(sizeBytes);
      expected.set(encode('abc'), 1000);
      expect(await readSmallFile(engine.images.layers, node, 4000)).toEqual(expected);
    }
  }); // prettier-ignore

  test('a pipe in the context is refused', async () => {
    const engine = await createFakeEngine();
    const { messages } = await build(
      engine,
      tarArchive([
        { name: 'Dockerfile', type: 'file', data: encode('FROM scratch\n') },
        { name: 'pipe', type: 'fifo' },
      ]),
    );
    expect(JSON.stringify(messages)).toContain('neither a file nor a directory nor a link');
    await expect(engine.images.resolve('one')).rejects.toThrow('No such image');
  });
});
