import { expect, test, vi } from 'vitest';
import { FakeApi, FakeServices } from '../fake-services.ts';
import { ImagesView, sharedWith } from './images-view.svelte.ts';

const answers = {
  '/images/json': [
    { Id: 'sha256:aa', RepoTags: ['web:latest'], Size: 30 },
    { Id: 'sha256:bbbbbbbbbbbbbbbb', RepoTags: [], Size: 10 },
  ],
  '/images/sha256:aa/json': { RootFS: { Layers: ['d1', 'd2'] } },
  '/images/sha256:bbbbbbbbbbbbbbbb/json': { RootFS: { Layers: ['d1'] } },
  '/bottleship/images/sha256:aa/layers': { Id: 'sha256:aa', Steps: [], WastedBytes: 0, Size: 30 },
  '/bottleship/images/sha256:bbbbbbbbbbbbbbbb/layers': { Id: 'b', Steps: [], WastedBytes: 0, Size: 10 },
  '/containers/json': [{ Id: 'c1' }, { Id: 'c2' }],
  '/containers/c1/json': {
    Id: 'c1',
    GraphDriver: { Data: { LowerDir: '/l2:/l1', UpperDir: '/u', MergedDir: '/m' } },
  },
  '/containers/c1/changes': null,
  '/containers/c2/json': { Id: 'c2', GraphDriver: { Data: null } },
  '/containers/c2/changes': [{ Path: '/etc/passwd', Kind: 0 }],
}; // prettier-ignore

test('ImagesView shows the first image, or the chosen one, and finds shared layers', async () => {
  const api = new FakeApi(answers);
  const view = new ImagesView(new FakeServices(api.handler));
  await vi.waitFor(() => expect(view.images.value?.shown?.name).toBe('web:latest'));
  const images = view.images.value?.images ?? [];
  expect(images.map(({ name }) => name)).toEqual(['web:latest', 'bbbbbbbbbbbb']);
  expect(sharedWith(images, { image: 'sha256:aa', diffId: 'd1' })).toEqual(['bbbbbbbbbbbb']);
  expect(sharedWith(images, { image: 'sha256:aa', diffId: 'd2' })).toEqual([]);
  view.chooseImage('sha256:bbbbbbbbbbbbbbbb');
  await vi.waitFor(() => expect(view.images.value?.layers?.Id).toBe('b'));
  view.dispose();
  expect(api.isOpen('/events')).toBe(false);
});

test('ImagesView stacks a container’s directories, and asks again after its events', async () => {
  const api = new FakeApi(structuredClone(answers));
  const view = new ImagesView(new FakeServices(api.handler));
  await vi.waitFor(() => expect(view.overlays.value?.overlay?.lowerDirs).toEqual(['/l2', '/l1']));
  expect(view.overlays.value?.overlay?.changes).toEqual([]);
  api.answers['/containers/c1/changes'] = [{ Path: '/x', Kind: 1 }];
  api.tell('exec_die');
  await vi.waitFor(() => expect(view.overlays.value?.overlay?.changes).toHaveLength(1));
  view.chooseContainer('c2');
  await vi.waitFor(() => expect(view.overlays.value?.overlay?.container.Id).toBe('c2'));
  await vi.waitFor(() => expect(api.isOpen('/containers/c1/stats')).toBe(false));
  expect(view.overlays.value?.overlay?.lowerDirs).toEqual([]);
  view.dispose();
});

test('ImagesView asks again when the container has run, and leaves one that sleeps alone', async () => {
  const api = new FakeApi(structuredClone(answers));
  const view = new ImagesView(new FakeServices(api.handler));
  await vi.waitFor(() => expect(api.isOpen('/containers/c1/stats')).toBe(true));
  const use = (total: number) =>
    api.send('/containers/c1/stats', { cpu_stats: { cpu_usage: { total_usage: total } } });
  const asked = api.count('/containers/c1/changes');
  api.answers['/containers/c1/changes'] = [{ Path: '/bin/vi', Kind: 2 }];
  use(100);
  use(100);
  await Promise.resolve();
  expect(api.count('/containers/c1/changes')).toBe(asked);
  use(150);
  await vi.waitFor(() => expect(view.overlays.value?.overlay?.changes).toHaveLength(1));
  view.dispose();
  expect(api.isOpen('/containers/c1/stats')).toBe(false);
});
