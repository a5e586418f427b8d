import { describe, expect, it } from 'vitest';
import { dir, file, indexEntries, inodeAt, link, symlink } from './layer.fixture.ts';
import type { ContentStore } from './content-store.ts';
import { decodeLayerIndex, encodeLayerIndex } from './layer-index-codec.ts';
import { resolveHardLinks, resolveStoredLinks } from './layer-links.ts';
import { LayerStore } from './layer-store.ts';

const digest = (letter: string) => `sha256:${letter.repeat(64)}` as const;
const failure = (message: string) =>
  expect.objectContaining({ kind: 'invalidParameter', message: expect.stringContaining(message) });

const bottom = indexEntries(
  [
    dir('bin/'),
    file('bin/tool', 'old'),
    file('bin/gone', 'x'),
    symlink('usr', 'bin'),
    dir('opq/'),
    file('opq/hidden'),
  ],
  digest('1'),
);
const middle = indexEntries(
  [
    file('bin/tool', 'new', { mode: 0o755, uid: 3 }),
    file('bin/.wh.gone'),
    file('opq/.wh..wh..opq'),
  ],
  digest('2'),
);

describe('resolveHardLinks()', () => {
  it('takes attributes and content from the topmost layer that holds the target', () => {
    const top = indexEntries(
      [link('a', 'bin/tool'), link('b', 'usr/tool'), file('c')],
      digest('3'),
    );
    const resolved = resolveHardLinks(top, [bottom, middle]);
    expect(resolved.unresolvedLinks).toBeUndefined();
    expect(inodeAt(resolved, 'a')).toBe(inodeAt(resolved, 'b'));
    const target = middle.inodes[inodeAt(middle, 'bin/tool')];
    expect(resolved.inodes[inodeAt(resolved, 'a')]).toEqual({
      ...target,
      contentOf: digest('2'),
      linkCount: 2,
    });
    expect(top.inodes[0]?.children?.has('a')).toBe(false);
  });

  it('finds the layer whose tar has the bytes through links of links', () => {
    const second = resolveHardLinks(indexEntries([link('a', 'bin/tool')], digest('3')), [bottom]);
    const third = resolveHardLinks(indexEntries([link('z', 'a')], digest('4')), [bottom, second]);
    expect(third.inodes[inodeAt(third, 'z')]?.contentOf).toBe(digest('1'));
  });

  it('fails as link(2) does for what is hidden, missing or a directory', () => {
    for (const [target, message] of [
      ['bin/gone', 'link /bin/gone l: no such file or directory'],
      ['opq/hidden', 'no such file or directory'],
      ['nowhere/x', 'no such file or directory'],
      ['bin/tool/x', 'no such file or directory'],
      ['opq', 'operation not permitted'],
    ] as const) {
      const top = indexEntries([link('l', target)], digest('3'));
      expect(() => resolveHardLinks(top, [bottom, middle])).toThrow(failure(message));
    }
  });

  it('completes the stored index of a layer when its image is stored', async () => {
    const records = new Map<string, Uint8Array>();
    const top = indexEntries([link('a', 'bin/tool')], digest('3'));
    for (const index of [bottom, top]) {
      records.set(`layer-index/${index.diffId}`, encodeLayerIndex(index));
    }
    const layers = new LayerStore({
      content: {} as ContentStore,
      records: {
        get: async (key) => records.get(key),
        set: async (key, value) => void records.set(key, value),
        delete: async (key) => void records.delete(key),
        keys: async () => [...records.keys()],
      },
      createIndexSink: () => ({ write: () => {}, finish: () => new Uint8Array() }),
      resolveLinks: resolveStoredLinks,
    });
    await layers.resolveLinks([digest('1'), digest('3')]);
    const stored = decodeLayerIndex(await layers.index(digest('3')));
    expect(stored.inodes[inodeAt(stored, 'a')]).toMatchObject({
      contentOf: digest('1'),
      sizeBytes: 3,
    });
    records.set(`layer-index/${digest('3')}`, encodeLayerIndex(top));
    await expect(layers.resolveLinks([digest('3')])).rejects.toEqual(
      failure('failed to register layer: link /bin/tool a: no such file or directory'),
    );
  });

  it('leaves an index without such links alone', () => {
    expect(resolveHardLinks(bottom, [])).toBe(bottom);
  });
});
