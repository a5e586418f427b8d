import { describe, expect, test } from 'vitest';
import { layerChanges } from './layer-changes.ts';
import { dir, file, indexEntries } from './layer.fixture.ts';

describe('layerChanges()', () => {
  test('tells what each layer adds, changes and removes, and what is carried along for nothing', () => {
    const layers = [
      indexEntries([
        dir('etc/'),
        file('etc/a', 'aaaa'),
        file('etc/b', 'bb'),
        dir('lists/'),
        file('lists/one', '1'.repeat(100)),
        file('lists/two', '2'.repeat(50)),
      ]),
      indexEntries([
        dir('etc/'),
        file('etc/a', 'new'),
        file('etc/.wh.b', ''),
        file('.wh.lists', ''),
      ]),
      indexEntries([file('etc/c', 'c')]),
    ];
    const told = layerChanges(layers).map(({ changes, wastedBytes }) => [
      changes.map(({ path, change, sizeBytes }) => `${change} ${path} ${sizeBytes}`),
      wastedBytes,
    ]);
    expect(told).toEqual([
      [
        ['added /etc 0', 'added /etc/a 4', 'added /etc/b 2', 'added /lists 0', 'added /lists/one 100', 'added /lists/two 50'],
        156,
      ],
      [['changed /etc/a 3', 'removed /etc/b 2', 'removed /lists 150'], 0],
      [['added /etc/c 1'], 0],
    ]); // prettier-ignore
  });

  test('an opaque directory removes what was in it', () => {
    const layers = [
      indexEntries([dir('d/'), file('d/old', '123'), file('d/kept', '1')]),
      indexEntries([dir('d/'), file('d/.wh..wh..opq', ''), file('d/kept', '2')]),
    ];
    const [below, above] = layerChanges(layers);
    expect(above?.changes.map(({ path, change }) => `${change} ${path}`)).toEqual([
      'changed /d/kept',
      'removed /d/old',
    ]);
    expect(below?.wastedBytes).toBe(4);
  });
});
