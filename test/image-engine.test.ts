/** Images behind the API: archives in and out, imports, commits, lists, removals. Layers are real, the machine is not. */
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import type {
  ImageHistoryItem,
  ImageInspect,
  ImageSummary,
  JsonMessage,
} from '../src/api/image.ts';
import { containerPaths } from '../src/engine/spec/paths.ts';
import { tarArchive } from '../src/image/tar-writer.ts';
import { TarReader } from '../src/image/tar-reader.ts';
import { dir, file } from '../src/image/layer.fixture.ts';
import { bodyBytes, createFakeEngine, type FakeEngine } from './support/fake-engine.ts';
import { sparseFile } from './support/tars.ts';

const layerA = tarArchive([dir('etc/'), file('etc/a', 'aaaa')]);
const layerB = tarArchive([file('b', 'bb'), file('.wh.gone')]);

let engine: FakeEngine;
beforeEach(async () => {
  engine = await createFakeEngine();
});

async function post(path: string, body: Uint8Array): Promise<JsonMessage[]> {
  const response = await engine.handler({ method: 'POST', path, headers: {}, body });
  expect(response.status).toBe(200);
  const text = new TextDecoder().decode(await bodyBytes(response));
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as JsonMessage]));
}

async function importLayer(query = '', layer = layerA): Promise<string> {
  const messages = await post(`/v1.51/images/create?fromSrc=-&${query}`, layer);
  expect(messages).toHaveLength(1);
  return messages[0]?.status ?? '';
}

async function get<T>(path: string): Promise<T> {
  const { status, json } = await engine.call('GET', path);
  expect(status, JSON.stringify(json)).toBe(200);
  return json as T;
}

async function save(query: string): Promise<Uint8Array> {
  const response = await engine.request('GET', `/images/get?${query}`);
  expect(response.status).toBe(200);
  return bodyBytes(response);
}

function filesOf(tar: Uint8Array): Map<string, string> {
  const files = new Map<string, string>();
  let name = '';
  const reader = new TarReader({
    entry: (entry) => {
      name = entry.name;
      files.set(name, '');
    },
    data: (bytes) => files.set(name, (files.get(name) ?? '') + new TextDecoder().decode(bytes)),
  });
  reader.write(tar);
  reader.finish();
  return files;
}

describe('import', () => {
  test('makes an image of a tar, compressed or not, with changes', async () => {
    const query = `repo=a&tag=1&message=hello&changes=${encodeURIComponent('CMD ["x"]')}&changes=ENV+A%3D1`;
    const id = await importLayer(query, gzipSync(layerA));
    const image = await get<ImageInspect>('/images/a:1/json');
    expect(image).toMatchObject({
      Id: id,
      RepoTags: ['a:1'],
      Comment: 'hello',
      Architecture: '386',
      Os: 'linux',
      Size: 4,
      Parent: '',
      Config: { Cmd: ['x'], Env: ['A=1'] },
    });
    expect(image.RootFS.Layers).toHaveLength(1);
    const plain = await importLayer('repo=b');
    expect((await get<ImageInspect>(`/images/${plain}/json`)).RootFS).toEqual(image.RootFS);
    const [entry] = await get<ImageHistoryItem[]>('/images/a:1/history');
    expect(entry).toMatchObject({ Id: id, Size: 4, Comment: 'hello', Tags: ['a:1'] });
  });

  test.each([
    ['repo=A', 400, 'invalid reference format: repository name (library/A) must be lowercase'],
    ['repo=a&tag=%20', 400, 'invalid tag format'],
    ['platform=windows', 400, 'operating system is not supported'],
    ['changes=RUN+x', 400, 'RUN is not a valid change command'],
    ['changes=STOPSIGNAL+x', 400, 'invalid signal: x'],
  ])('refuses %s', async (query, status, message) => {
    const response = await engine.handler({
      method: 'POST',
      path: `/images/create?fromSrc=-&${query}`,
      headers: {},
      body: layerA,
    });
    expect(response.status).toBe(status);
    expect(new TextDecoder().decode(await bodyBytes(response))).toContain(message);
  });

  test.each([
    ['a cut tar', layerA.subarray(0, 700), 'unexpected EOF'],
    ['noise', new Uint8Array(2048).fill(7), 'archive/tar: invalid tar header'],
  ])('keeps nothing of %s', async (_what, body, message) => {
    const path = '/images/create?fromSrc=-';
    const response = await engine.handler({ method: 'POST', path, headers: {}, body });
    expect(response.status).toBe(400);
    expect(new TextDecoder().decode(await bodyBytes(response))).toContain(message);
    expect(await engine.images.layers.diffIds()).toEqual([]);
  });
});

describe('save and load', () => {
  test('an archive has the form of Docker 28 and comes back with the same IDs', async () => {
    const a = await importLayer('repo=a&tag=1');
    const b = await importLayer('repo=b', layerB);
    await engine.call('POST', '/images/a:1/tag?repo=r.example/x/y&tag=2');
    const tar = await save('names=a:1&names=r.example/x/y:2&names=b');
    expect(await save('names=a:1&names=r.example/x/y:2&names=b')).toEqual(tar);
    const files = filesOf(tar);
    const [idA, idB] = [a.slice(7), b.slice(7)];
    const manifest = JSON.parse(files.get('manifest.json') ?? '') as { Config: string }[];
    expect(manifest).toMatchObject([
      { Config: `blobs/sha256/${idA}`, RepoTags: ['a:1', 'r.example/x/y:2'] },
      { Config: `blobs/sha256/${idB}`, RepoTags: ['b:latest'] },
    ]);
    expect(files.get('oci-layout')).toBe('{"imageLayoutVersion": "1.0.0"}');
    expect([...files.keys()].slice(0, 2)).toEqual(['blobs/', 'blobs/sha256/']);
    expect([...files.keys()].slice(2)).toEqual([...files.keys()].slice(2).sort());
    const index = JSON.parse(files.get('index.json') ?? '') as { manifests: object[] };
    expect(index.manifests).toHaveLength(3);
    const repositories = JSON.parse(files.get('repositories') ?? '') as Record<string, object>;
    expect(Object.keys(repositories)).toEqual(['a', 'b', 'r.example/x/y']);

    for (const body of [tar, gzipSync(tar)]) {
      engine = await createFakeEngine();
      const messages = await post('/v1.51/images/load?quiet=0', body);
      const text = messages.map(({ stream, status }) => stream ?? status);
      expect(text).toEqual([
        'Loading layer',
        'Loaded image: a:1\n',
        'Loaded image: r.example/x/y:2\n',
        'Loading layer',
        'Loaded image: b:latest\n',
      ]);
      expect((await get<ImageInspect>('/images/a:1/json')).Id).toBe(a);
      expect(await save('names=a:1&names=r.example/x/y:2&names=b')).toEqual(tar);
    }
  });

  test('an OCI layout alone is loaded, by name or by ID', async () => {
    const a = await importLayer('repo=a&tag=1');
    const files = filesOf(await save('names=a:1'));
    const layout = (annotations: object | undefined) => {
      const index = JSON.parse(files.get('index.json') ?? '') as { manifests: object[] };
      const entries = index.manifests.map((entry) => ({ ...entry, annotations }));
      return tarArchive(
        [...files]
          .filter(
            ([name]) => !name.endsWith('/') && !['manifest.json', 'index.json'].includes(name),
          )
          .map(([name, content]) => file(name, content))
          .concat(file('index.json', JSON.stringify({ ...index, manifests: entries }))),
      );
    };
    engine = await createFakeEngine();
    const named = layout({ 'org.opencontainers.image.ref.name': 'docker.io/library/z:9' });
    expect(await post('/images/load', named)).toEqual([{ stream: 'Loaded image: z:9\n' }]);
    expect((await get<ImageInspect>('/images/z:9/json')).Id).toBe(a);
    engine = await createFakeEngine();
    const unnamed = layout({ 'org.opencontainers.image.ref.name': 'latest' });
    expect(await post('/images/load', unnamed)).toEqual([{ stream: `Loaded image ID: ${a}\n` }]);
  });

  test('a docker archive of old is loaded: links between layers, compressed layers', async () => {
    const a = await importLayer('repo=a&tag=1');
    const config = new TextDecoder().decode(await engine.images.configBytes(a as 'sha256:'));
    engine = await createFakeEngine();
    const item = { Config: 'c.json', RepoTags: ['a:1'], Layers: ['2/layer.tar'] };
    const archive = tarArchive([
      dir('1/'),
      file('1/VERSION', '1.0'),
      { name: '1/layer.tar', type: 'file', data: gzipSync(layerA) },
      { name: '2/layer.tar', type: 'symlink', linkName: '../1/layer.tar' },
      file('c.json', config),
      file('manifest.json', JSON.stringify([item])),
    ]);
    expect(await post('/images/load?quiet=1', archive)).toEqual([
      { stream: 'Loaded image: a:1\n' },
    ]);
    expect((await get<ImageInspect>('/images/a:1/json')).Id).toBe(a);
  });

  const config = (diffIds: string[]) =>
    JSON.stringify({
      architecture: '386',
      os: 'linux',
      rootfs: { type: 'layers', diff_ids: diffIds },
    });
  const wrong = `sha256:${'0'.repeat(64)}`;
  const archiveOf = (manifest: string, ...more: ReturnType<typeof file>[]) =>
    tarArchive([{ name: 'l.tar', type: 'file', data: layerA }, file('c.json', config([wrong])), ...more, file('manifest.json', manifest)]); // prettier-ignore

  test.each([
    ['noise', new Uint8Array(4096).fill(9), 'archive/tar: invalid tar header'],
    ['a cut archive', archiveOf('[]').subarray(0, 1000), 'unexpected EOF'],
    ['no manifest', tarArchive([file('x', 'y')]), 'open manifest.json: no such file or directory'],
    ['null', archiveOf('null'), 'invalid manifest, manifest cannot be null (but can be [])'],
    ['a missing config', archiveOf('[{"Config":"d.json"}]'), 'open d.json: no such file or directory'],
    ['too few layers', archiveOf('[{"Config":"c.json","Layers":[]}]'), 'invalid manifest, layers length mismatch: expected 0, got 1'],
    ['a missing layer', archiveOf('[{"Config":"c.json","Layers":["m.tar"]}]'), 'open m.tar: no such file or directory'],
    ['another layer', archiveOf('[{"Config":"c.json","Layers":["l.tar"]}]'), `invalid diffID for layer 0: expected "${wrong}", got "sha256:`],
    ['a config that is none', archiveOf('[{"Config":"e.json"}]', file('e.json', '{}')), 'invalid rootfs in image configuration'],
    ['a way out', tarArchive([file('../x', 'y')]), '"../x" is outside of the archive'],
    ['a link out', tarArchive([{ name: 'x', type: 'symlink', linkName: '../y' }]), '"x" is outside of the archive'],
  ])('refuses %s and keeps nothing', async (_what, body, message) => {
    const messages = await post('/images/load', body);
    expect(messages.at(-1)?.error).toContain(message);
    expect(await engine.images.layers.diffIds()).toEqual([]);
    expect(await get<ImageSummary[]>('/images/json')).toHaveLength(1);
  }); // prettier-ignore

  test('a layer with holes is loaded, and holes in place of a layer are refused', async () => {
    const holes = sparseFile('big', 1e13, { data: new Uint8Array(3).fill(97), offset: 1000 });
    const id = await importLayer('repo=a&tag=1', tarArchive([holes]));
    expect((await get<ImageInspect>('/images/a:1/json')).Size).toBe(1e13);
    const saved = await save('names=a:1');
    const files = filesOf(saved);
    engine = await createFakeEngine();
    await post('/images/load?quiet=1', saved);
    expect((await get<ImageInspect>('/images/a:1/json')).Id).toBe(id);

    // As `tar --sparse` packs what was saved: the archive's own files have holes.
    const repacked = [...files].map(([name, text]) => {
      const bytes = new TextEncoder().encode(text);
      const isTar = /^blobs\/.{71}$/.test(name) && !text.startsWith('{');
      const end = bytes.findLastIndex((byte) => byte !== 0) + 1;
      if (!isTar) return file(name, text);
      return sparseFile(name, bytes.length, { data: bytes.slice(0, end) });
    });
    engine = await createFakeEngine();
    await post('/images/load?quiet=1', tarArchive(repacked));
    expect((await get<ImageInspect>('/images/a:1/json')).Id).toBe(id);

    const endless = sparseFile('l.tar', 1e13, { data: layerA });
    const messages = await post('/images/load', tarArchive([endless]));
    expect(messages.at(-1)?.error).toBe('write /l.tar: no space left on device');
  });

  test.each([
    ['names=nope', 404, 'No such image: nope'],
    ['names=busybox:nope', 404, 'reference does not exist'],
    ['names=busybox', 500, 'empty export - not implemented'],
  ])('does not save %s', async (query, status, message) => {
    expect(await engine.call('GET', `/images/get?${query}`)).toEqual({ status, json: { message } });
  });
});

describe('commit', () => {
  const upper = tarArchive([
    dir('etc/'),
    file('etc/new', 'new', { mtimeSeconds: 5, mtimeNanoseconds: 9 }),
    { name: 'etc/again', type: 'link', linkName: 'etc/new' },
    file('.wh.old'),
  ]);
  const write = (id: string, tar: Uint8Array) =>
    engine.guest.tars.set(`${containerPaths(id).upper}/.`, tar);

  async function committed(query: string, body?: object): Promise<ImageInspect> {
    const { status, json } = await engine.call('POST', `/commit?${query}`, body);
    expect(status, JSON.stringify(json)).toBe(201);
    return get<ImageInspect>(`/images/${(json as { Id: string }).Id}/json`);
  }

  test('adds one layer, an entry of history and the changes', async () => {
    await importLayer('repo=base');
    const id = await engine.create({ Image: 'base', Cmd: ['run', 'it'], Env: ['A=1'] }, 'web');
    write(id, upper);
    const query = 'container=web&repo=new&tag=1&author=me&comment=done&changes=ENV+B%3D2';
    const image = await committed(query);
    const base = await get<ImageInspect>('/images/base/json');
    expect(image).toMatchObject({
      RepoTags: ['new:1'],
      Parent: base.Id,
      Author: 'me',
      Comment: 'done',
      Config: { Cmd: ['run', 'it'], Env: ['A=1', 'B=2'] },
      Size: 7,
    });
    expect(image.RootFS.Layers).toHaveLength(2);
    const history = await get<ImageHistoryItem[]>('/images/new:1/history');
    expect(history).toMatchObject([
      { Id: image.Id, CreatedBy: 'run it', Comment: 'done', Size: 3, Tags: ['new:1'] },
      { Id: base.Id, Size: 4 },
    ]);
    const files = filesOf(await save('names=new:1'));
    const top = files.get(`blobs/sha256/${image.RootFS.Layers?.[1]?.slice(7)}`) ?? '';
    expect([...filesOf(new TextEncoder().encode(top)).keys()]).toEqual([
      'etc/',
      'etc/new',
      'etc/again',
      '.wh.old',
    ]);
  });

  test('nothing written is no layer', async () => {
    await importLayer('repo=base');
    const id = await engine.create({ Image: 'base', Cmd: ['x'] });
    const image = await committed(`container=${id}`);
    expect(image.RootFS.Layers).toHaveLength(1);
    const [top] = await get<ImageHistoryItem[]>(`/images/${image.Id}/history`);
    expect(top?.Size).toBe(0);
    expect(image.RepoTags).toEqual([]);
  });

  test('a running container stands still meanwhile, unless told otherwise', async () => {
    const id = await engine.create({}, 'web');
    write(id, upper);
    await engine.call('POST', '/containers/web/start');
    const frozen = () =>
      engine.guest.applied
        .flatMap(({ before }) => before)
        .flatMap(({ operation }) =>
          operation.op === 'write' && operation.path.endsWith('cgroup.freeze')
            ? [operation.content]
            : [],
        );
    await committed('container=web');
    expect(frozen()).toEqual(['1', '0']);
    await committed('container=web&pause=0');
    expect(frozen()).toHaveLength(2);
  });

  test.each([
    ['container=nope', 404, 'No such container: nope'],
    ['container=web&repo=A', 400, 'must be lowercase'],
    ['container=web&changes=FROM+x', 400, 'FROM is not a valid change command'],
  ])('refuses %s', async (query, status, message) => {
    await engine.create({}, 'web');
    const answer = await engine.call('POST', `/commit?${query}`);
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer.json)).toContain(message);
  });
});

describe('list', () => {
  const tagsOf = async (query: string) =>
    (await get<ImageSummary[]>(`/images/json?${query}`)).map(({ RepoTags: tags }) => tags).flat();
  const filters = (value: object) => `filters=${encodeURIComponent(JSON.stringify(value))}`;

  test('filters by reference, label, age and names', async () => {
    await importLayer('repo=r.example/x/y&tag=1&changes=LABEL+a%3Db', layerB);
    expect(await tagsOf('')).toEqual(['r.example/x/y:1', 'busybox:latest']);
    expect(await tagsOf(filters({ reference: ['busy*'] }))).toEqual(['busybox:latest']);
    expect(await tagsOf(filters({ reference: ['*:1', 'r.example/*/*'] }))).toEqual(['r.example/x/y:1']);
    expect(await tagsOf(filters({ label: ['a=b'] }))).toEqual(['r.example/x/y:1']);
    expect(await tagsOf(filters({ label: ['a=c'] }))).toEqual([]);
    expect(await tagsOf(filters({ before: ['r.example/x/y:1'] }))).toEqual(['busybox:latest']);
    expect(await tagsOf(filters({ since: ['busybox'] }))).toEqual(['r.example/x/y:1']);
    expect(await tagsOf(filters({ until: ['24h'] }))).toEqual(['busybox:latest']);
    for (const [value, message] of [
      [{ 'label!': ['a'] }, "invalid filter 'label!'"],
      [{ dangling: ['x'] }, "invalid filter 'dangling=[x]'"],
      [{ before: ['nope'] }, 'No such image: nope:latest'],
      [{ reference: ['['] }, 'syntax error in pattern'],
    ] as const) {
      expect((await engine.call('GET', `/images/json?${filters(value)}`)).json).toEqual({ message });
    }
  }); // prettier-ignore

  test('counts containers and shared bytes, and answers old versions in their form', async () => {
    await importLayer('repo=a');
    await importLayer('repo=b&changes=ENV+A%3D1');
    await importLayer('', layerB);
    await engine.create({ Image: 'a', Cmd: ['x'] });
    const images = await get<ImageSummary[]>('/v1.51/images/json?shared-size=1');
    const a = images.find(({ RepoTags: tags }) => tags.includes('a:latest'));
    expect(a).toMatchObject({ Containers: 1, SharedSize: 4, Size: 4 });
    expect(a).not.toHaveProperty('VirtualSize');
    expect(images.filter(({ RepoTags: tags }) => tags.length === 0)).toHaveLength(1);
    const old = await get<ImageSummary[]>('/v1.41/images/json');
    expect(old.find(({ Size }) => Size === 2)).toMatchObject({
      RepoTags: ['<none>:<none>'],
      RepoDigests: ['<none>@<none>'],
      Containers: -1,
      VirtualSize: 2,
    });
    const dangling = await get<ImageSummary[]>(`/images/json?${filters({ dangling: ['true'] })}`);
    expect(dangling.map(({ Size }) => Size)).toEqual([2]);
  });
});

describe('remove and prune', () => {
  test('parents go with their last child, and are kept by it', async () => {
    const base = await importLayer('');
    const id = await engine.create({ Image: base, Cmd: ['x'] });
    engine.guest.tars.set(`${containerPaths(id).upper}/.`, tarArchive([file('x', 'x')]));
    await engine.call('POST', `/commit?container=${id}&repo=child`);
    await engine.call('DELETE', `/containers/${id}`);
    expect(await engine.call('DELETE', `/images/${base}?force=1`)).toEqual({
      status: 409,
      json: {
        message: `conflict: unable to delete ${base.slice(7, 19)} (cannot be forced) - image has dependent child images`,
      },
    });
    const child = await get<ImageInspect>('/images/child/json');
    const { json } = await engine.call('DELETE', '/images/child');
    expect(json).toMatchObject([
      { Untagged: 'child:latest' },
      { Deleted: child.Id },
      { Deleted: expect.stringMatching(/^sha256:/) },
      { Deleted: base },
      { Deleted: child.RootFS.Layers?.[0] },
    ]);
    expect(await engine.images.layers.diffIds()).toEqual([]);
  });

  test('an image of another platform than the one asked for stays', async () => {
    await importLayer('repo=a');
    const platform = (architecture: string): string =>
      `platforms=${encodeURIComponent(JSON.stringify({ os: 'linux', architecture }))}`;
    const arm = await engine.call('DELETE', `/images/a?${platform('arm64')}`);
    expect(arm).toMatchObject({ status: 404 });
    const both = await engine.call('DELETE', `/images/a?${platform('arm64')}&${platform('386')}`);
    expect(both).toEqual({
      status: 400,
      json: { message: 'multiple platforms are not supported' },
    });
    expect(await engine.call('DELETE', `/images/a?${platform('386')}`)).toMatchObject({
      status: 200,
    });
  });

  test('a container keeps its layers when its image is removed by force', async () => {
    await importLayer('repo=a');
    const id = await engine.create({ Image: 'a', Cmd: ['x'] });
    const { json } = await engine.call('DELETE', '/images/a?force=1');
    expect(json).toHaveLength(2);
    expect(await engine.images.layers.diffIds()).toHaveLength(1);
    await engine.call('DELETE', `/containers/${id}`);
    expect(await engine.images.layers.diffIds()).toEqual([]);
  });

  test('prune takes what has no tag, or all that nothing uses', async () => {
    await importLayer('', layerB);
    await importLayer('repo=a');
    await importLayer('repo=used&changes=ENV+A%3D1');
    await engine.create({ Image: 'used', Cmd: ['x'] });
    const { json } = await engine.call('POST', '/images/prune');
    expect(json).toMatchObject({ SpaceReclaimed: 2 });
    expect(await engine.call('POST', '/images/prune')).toEqual({
      status: 200,
      json: { ImagesDeleted: null, SpaceReclaimed: 0 },
    });
    const all = encodeURIComponent(JSON.stringify({ dangling: ['false'] }));
    await engine.call('POST', `/images/prune?filters=${all}`);
    const left = await get<ImageSummary[]>('/images/json');
    expect(left.map(({ RepoTags: tags }) => tags)).toEqual([['used:latest']]);
  });
});

describe('events', () => {
  test('tell what happened, with the labels of the image', async () => {
    const sinceMs = Date.now() - 1000;
    const id = await importLayer('repo=first&changes=LABEL+l%3Dv');
    await save('names=first');
    await engine.call('POST', '/images/first/tag?repo=second');
    await engine.call('DELETE', '/images/second');
    await engine.call('DELETE', '/images/first');
    const range = `since=${sinceMs / 1000}&until=${Date.now() / 1000 + 0.05}`;
    const filter = encodeURIComponent(JSON.stringify({ type: ['image'] }));
    const response = await engine.request('GET', `/events?${range}&filters=${filter}`);
    const text = new TextDecoder().decode(await bodyBytes(response));
    const events = text
      .trim()
      .split('\n')
      .map(
        (line) => JSON.parse(line) as { Action: string; Actor: { ID: string; Attributes: object } },
      );
    const labels = { l: 'v' };
    expect(events.map(({ Action, Actor }) => [Action, Actor.ID, Actor.Attributes])).toEqual([
      ['tag', id, { ...labels, name: 'first:latest' }],
      ['import', id, { ...labels, name: id }],
      ['save', id, { ...labels, name: id }],
      ['tag', id, { ...labels, name: 'second:latest' }],
      ['untag', id, { ...labels, name: id }],
      ['untag', id, { ...labels, name: id }],
      ['delete', id, { name: id }],
    ]);
  });
});
