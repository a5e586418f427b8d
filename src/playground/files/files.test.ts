import { expect, test } from 'vitest';
import { ApiClient } from '../../client/api-client.ts';
import { FakeHost } from '../fake-host.ts';
import { Files, openFilesMax, uploadedFilesMax } from './files.svelte.ts';
import { editedBytesMax } from './open-file.svelte.ts';

function files() {
  const host = new FakeHost();
  host.files.put('/root/app/Dockerfile', 'FROM busybox\n');
  const made = new Files({
    onMachine(listener) {
      listener({ host, client: new ApiClient(host.api) });
      return { dispose: () => undefined };
    },
  });
  const rows = () => made.tree.rows.map(({ info, depth }) => `${'  '.repeat(depth)}${info.name}`);
  return { fake: host.files, made, rows };
}

const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

test('Files opens the home folder, and others when asked', async () => {
  const { made, rows } = files();
  await expect.poll(rows).toEqual(['root', '  app']);
  await made.tree.toggle('/root/app');
  expect(rows()).toEqual(['root', '  app', '    Dockerfile']);
  await made.tree.toggle('/root/app');
  expect(rows()).toEqual(['root', '  app']);
});

test('Files saves what was edited, and knows what is not saved', async () => {
  const { fake, made } = files();
  await made.open('/root/app/Dockerfile');
  const file = made.active;
  if (file === undefined) throw new Error('not open');
  expect(file.isDirty).toBe(false);
  file.edit('FROM alpine\n');
  expect(file.isDirty).toBe(true);
  await made.save(file);
  expect(file.isDirty).toBe(false);
  expect(text(fake.contents.get('/root/app/Dockerfile'))).toBe('FROM alpine\n');
});

test('Files refuses to overwrite what somebody else changed, until told to', async () => {
  const { fake, made } = files();
  await made.open('/root/app/Dockerfile');
  const file = made.active;
  if (file === undefined) throw new Error('not open');
  file.edit('mine');
  fake.put('/root/app/Dockerfile', 'theirs');
  await made.save(file);
  expect([file.conflict, file.isDirty]).toEqual(['changed', true]);
  expect(text(fake.contents.get('/root/app/Dockerfile'))).toBe('theirs');
  await made.save(file, { force: true });
  expect([file.conflict, file.isDirty]).toEqual([undefined, false]);
  fake.put('/root/app/Dockerfile', 'theirs again');
  await made.look();
  expect([file.text, file.conflict]).toEqual(['theirs again', undefined]);
  file.edit('mine again');
  await fake.remove('/root/app');
  await made.look();
  expect(file.conflict).toBe('removed');
});

test('Files refuses what is no text, or too much, or not there', async () => {
  const { fake, made } = files();
  fake.contents.set('/root/program', Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0));
  fake.contents.set('/root/latin', Uint8Array.of(0xe9, 0x74, 0xe9));
  fake.contents.set('/root/huge', new Uint8Array(editedBytesMax + 1));
  const refusals: unknown[] = [];
  for (const path of ['/root/program', '/root/latin', '/root/huge', '/root', '/nosuch']) {
    await made.open(path);
    refusals.push(made.message?.kind === 'refused' && made.message.refusal);
  }
  expect(refusals).toEqual(['binary', 'binary', 'tooLarge', 'notFile', 'missing']);
  expect(made.opened).toEqual([]);
});

test('Files makes, renames and removes, and closes what is gone', async () => {
  const { made, rows } = files();
  await made.create('/root/new.sh');
  expect(made.active?.path).toBe('/root/new.sh');
  await made.create('/root/new.sh');
  expect(made.message).toMatchObject({ kind: 'failed' });
  made.active?.edit('not saved');
  await made.rename('/root/new.sh', '/root/run.sh');
  expect(made.opened.map(({ path, text, isDirty }) => [path, text, isDirty])).toEqual([
    ['/root/run.sh', 'not saved', true],
  ]);
  await made.remove('/root/app');
  expect(rows()).toEqual(['root', '  run.sh']);
});

test('Files gives up no file that is not saved to open another', async () => {
  const { fake, made } = files();
  const paths = Array.from({ length: openFilesMax + 2 }, (_, at) => `/root/${at}`);
  for (const path of paths) fake.put(path, '');
  for (const path of paths.slice(0, openFilesMax)) {
    await made.open(path);
    if (path !== '/root/5') made.active?.edit('not saved');
  }
  await made.open('/root/20');
  expect(made.opened.map(({ path }) => path)).toEqual(
    paths.slice(0, openFilesMax + 1).filter((path) => path !== '/root/5'),
  );
  made.active?.edit('not saved');
  await made.open('/root/21');
  expect([made.opened.length, made.message]).toEqual([
    openFilesMax,
    { kind: 'tooManyOpen', name: '21' },
  ]);
});

test('Files uploads files and folders, within limits', async () => {
  const { fake, made } = files();
  const upload = (path: string, sizeBytes = 1) => ({
    path,
    sizeBytes,
    read: () => Promise.resolve(new TextEncoder().encode(path)),
  });
  await made.upload('/root', [upload('site/index.html'), upload('notes.txt')]);
  expect(made.message).toEqual({ kind: 'uploaded', count: 2, folder: '/root' });
  expect(text(fake.contents.get('/root/site/index.html'))).toBe('site/index.html');
  expect(await made.wouldReplace('/root', [upload('notes.txt'), upload('b')])).toEqual([
    '/root/notes.txt',
  ]);
  await made.upload('/root', [upload('film.mp4', 1e9)]);
  expect(made.message).toMatchObject({ kind: 'uploadTooLarge', name: 'film.mp4' });
  await made.upload(
    '/root',
    Array.from({ length: uploadedFilesMax + 1 }, () => upload('x')),
  );
  expect(made.message).toMatchObject({ kind: 'tooMany' });
});
