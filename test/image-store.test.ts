/** Images by name, ID and start of an ID; what goes when one is removed; what an interruption leaves. */
import { describe, expect, it } from 'vitest';
import { chainId } from '../src/image/chain-id.ts';
import { digestHex, type Digest } from '../src/image/digest.ts';
import { digestOf } from '../src/image/hash.ts';
import { imageDelete, type ImageUser } from '../src/image/image-delete.ts';
import { ImageStore } from '../src/image/image-store.ts';
import { LayerStore } from '../src/image/layer-store.ts';
import { parseReference } from '../src/image/reference.ts';
import { createMemoryContentStore, createMemoryRecordStore } from './support/memory-stores.ts';

const text = (value: string) => new TextEncoder().encode(value);
const digestText: Digest = `sha256:${'d'.repeat(64)}`;

async function* once(bytes: Uint8Array) {
  yield bytes;
}

function createStore() {
  const content = createMemoryContentStore();
  const records = createMemoryRecordStore();
  let nowMs = 0;
  const layers = new LayerStore({
    content,
    records,
    createIndexSink: () => ({ write: () => undefined, finish: () => text('index') }),
  });
  const images = new ImageStore({ content, records, layers, now: () => ++nowMs });
  const add = async (
    name: string,
    layerTexts: readonly string[],
    names: readonly string[] = [],
  ) => {
    const lease = images.lease();
    const diffIds: Digest[] = [];
    for (const layer of layerTexts) {
      const diffId = await digestOf(text(layer));
      lease.add(diffId);
      await layers.ingest(once(text(layer)), diffId);
      diffIds.push(diffId);
    }
    const config = {
      os: 'linux',
      architecture: '386',
      author: name,
      created: `2024-01-0${name.length}T00:00:00Z`,
    };
    const id = await images.put(
      text(JSON.stringify({ ...config, rootfs: { type: 'layers', diff_ids: diffIds } })),
    );
    for (const reference of names) await images.tag(id, parseReference(reference));
    await lease.release();
    return { id, diffIds };
  };
  return { content, records, layers, images, add };
}

describe('ImageStore', () => {
  it('finds an image by name, digest, ID and start of an ID', async () => {
    const { images, add } = createStore();
    const { id } = await add('x', ['a'], ['x', 'r.example/y:1', `x@${digestText}`]);
    const names = [
      'x',
      'x:latest',
      'docker.io/library/x',
      'r.example/y:1',
      `x@${digestText}`,
      `x:9@${digestText}`,
    ];
    const ids = [id, digestHex(id), digestHex(id).slice(0, 12), id.slice(0, 20)];
    for (const name of [...names, ...ids]) expect((await images.resolve(name)).id, name).toBe(id);
    expect(await images.get(id)).toMatchObject({
      repoTags: ['x:latest', 'r.example/y:1'],
      repoDigests: [`x@${digestText}`],
      sizeBytes: 1,
    });
  });

  it("says in Docker's words what it does not find", async () => {
    const { images, add } = createStore();
    const { id } = await add('x', ['a'], ['x']);
    const table: [name: string, said: string][] = [
      ['nosuch', 'nosuch:latest'],
      ['x:2', 'x:2'],
      ['docker.io/library/nosuch', 'nosuch:latest'],
      [`x@${digestText}`, `x@${digestText}`],
      [digestText, digestText],
      ['dddd', 'dddd:latest'],
    ];
    for (const [name, said] of table) {
      await expect(images.resolve(name)).rejects.toMatchObject({
        kind: 'notFound',
        message: `No such image: ${said}`,
      });
    }
    await expect(images.resolve('X')).rejects.toMatchObject({ kind: 'invalidParameter' });
    // A name wins over an ID that starts alike.
    const other = await add('other', ['b'], [`${digestHex(id).slice(0, 4)}`]);
    expect((await images.resolve(digestHex(id).slice(0, 4))).id).toBe(other.id);
  });

  it('finds nothing under an ambiguous start of an ID', async () => {
    const { images, add } = createStore();
    const ids: Digest[] = [];
    for (let n = 0; n < 17; n += 1) ids.push((await add(`image ${n}`, [])).id);
    const first = ids.map((id) => digestHex(id).charAt(0));
    const twice = first.find((digit, index) => first.indexOf(digit) !== index) ?? '';
    await expect(images.resolve(twice)).rejects.toThrow(`No such image: ${twice}:latest`);
  });

  it('lists the latest first, dangling ones too', async () => {
    const { images, add } = createStore();
    const old = await add('x', ['a'], ['x']);
    const young = await add('xyz', ['a']);
    expect((await images.list()).map(({ id, repoTags }) => [id, repoTags])).toEqual([
      [young.id, []],
      [old.id, ['x:latest']],
    ]);
  });

  it('moves a tag and leaves the image it named', async () => {
    const { images, add } = createStore();
    const first = await add('1', ['a'], ['x']);
    const second = await add('2', ['b'], ['x']);
    expect((await images.resolve('x')).id).toBe(second.id);
    expect((await images.get(first.id)).repoTags).toEqual([]);
    await expect(images.tag(second.id, parseReference('sha256'))).rejects.toThrow(
      'refusing to create an ambiguous tag',
    );
    await expect(images.tag(digestText, parseReference('x'))).rejects.toThrow('No such image');
  });

  it('refuses an image whose layers are not there', async () => {
    const { images, add, content } = createStore();
    const { diffIds } = await add('x', ['a'], ['x']);
    await content.delete(diffIds[0] ?? digestText);
    const config = text(JSON.stringify({ author: 'y', rootfs: { diff_ids: diffIds } }));
    await expect(images.put(config)).rejects.toMatchObject({ kind: 'notFound' });
  });

  it('forgets what no image names when asked to, and nothing that is leased', async () => {
    const { images, layers, records, content, add } = createStore();
    const { diffIds } = await add('x', ['a'], ['x']);
    const kept = await digestOf(text('kept'));
    const lost = await digestOf(text('lost'));
    await layers.ingest(once(text('kept')), kept);
    await layers.ingest(once(text('lost')), lost);
    await layers.linkBlob(lost, lost);
    // An index without its blob is what a crash between the two leaves.
    await records.set(`layer-index/${digestText}`, text('half'));
    const lease = images.lease();
    lease.add(kept);
    await images.collectGarbage();
    expect((await layers.diffIds()).sort()).toEqual([...diffIds, kept].sort());
    expect(await content.info(lost)).toBeUndefined();
    expect(await records.keys('blob-diff-id/')).toEqual([]);
    await lease.release();
    expect(await layers.diffIds()).toEqual(diffIds);
  });
});

describe('imageDelete()', () => {
  const user = (isRunning: boolean): ImageUser => ({ containerId: 'c'.repeat(64), isRunning });

  it('untags, and deletes with the last name, layers on top first', async () => {
    const { images, content, records, add } = createStore();
    const { id, diffIds } = await add('x', ['a', 'b'], ['x', 'x:2', `x@${digestText}`]);
    expect(await imageDelete(images, { image: 'x' })).toEqual([{ Untagged: 'x:latest' }]);
    expect(await imageDelete(images, { image: 'x:2' })).toEqual([
      { Untagged: 'x:2' },
      { Untagged: `x@${digestText}` },
      { Deleted: id },
      { Deleted: await chainId(diffIds) },
      { Deleted: await chainId(diffIds.slice(0, 1)) },
    ]);
    expect(await content.list()).toEqual([]);
    expect(await records.keys('')).toEqual([]);
  });

  it('keeps the layers another image has', async () => {
    const { images, layers, add } = createStore();
    const base = await add('base', ['a'], ['base']);
    const top = await add('top', ['a', 'b'], ['top']);
    expect(await imageDelete(images, { image: 'top' })).toEqual([
      { Untagged: 'top:latest' },
      { Deleted: top.id },
      { Deleted: await chainId(top.diffIds) },
    ]);
    expect(await layers.diffIds()).toEqual(base.diffIds);
    await imageDelete(images, { image: base.id });
    expect(await layers.diffIds()).toEqual([]);
  });

  it('deletes by ID when one repository names it, else only by force', async () => {
    const { images, add } = createStore();
    const { id } = await add('x', ['a'], ['x', 'y']);
    const short = digestHex(id).slice(0, 12);
    await expect(imageDelete(images, { image: short })).rejects.toMatchObject({
      kind: 'conflict',
      message: `conflict: unable to delete ${short} (must be forced) - image is referenced in multiple repositories`,
    });
    const deleted = await imageDelete(images, { image: short, force: true });
    expect(deleted.slice(0, 3)).toEqual([
      { Untagged: 'x:latest' },
      { Untagged: 'y:latest' },
      { Deleted: id },
    ]);
    const single = await add('x', ['a'], ['x', `x@${digestText}`]);
    expect(await imageDelete(images, { image: single.id })).toHaveLength(4);
  });

  it('refuses while containers use it, as Docker does', async () => {
    const { images, add } = createStore();
    const { id } = await add('x', ['a'], ['x']);
    const short = digestHex(id).slice(0, 12);
    const container = 'c'.repeat(12);
    const attempt = (image: string, isRunning: boolean, force = false) =>
      imageDelete(images, { image, force, usersOf: () => [user(isRunning)] });
    await expect(attempt('x', false)).rejects.toThrow(
      `conflict: unable to remove repository reference "x" (must force) - container ${container} is using its referenced image ${short}`,
    );
    await expect(attempt(short, false)).rejects.toThrow(
      `conflict: unable to delete ${short} (must be forced) - image is being used by stopped container ${container}`,
    );
    await expect(attempt(short, true, true)).rejects.toThrow(
      `conflict: unable to delete ${short} (cannot be forced) - image is being used by running container ${container}`,
    );
    expect(await attempt('x', true, true)).toEqual([{ Untagged: 'x:latest' }]);
    expect(await images.has(id)).toBe(true);
    expect(await attempt(short, false, true)).toContainEqual({ Deleted: id });
  });
});
