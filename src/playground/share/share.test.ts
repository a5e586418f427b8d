import { expect, test } from 'vitest';
import { FakeHost } from '../fake-host.ts';
import { Language } from '../language.svelte.ts';
import { Preview } from '../preview.svelte.ts';
import { Session } from '../session.svelte.ts';
import { Workbench } from '../workbench/workbench.svelte.ts';
import { ShareDraft } from './share-draft.svelte.ts';
import { SharedLink } from './shared-link.svelte.ts';

const pageUrl = 'https://play.example/';

function page() {
  const host = new FakeHost();
  const session = new Session({ createHost: () => host });
  const preview = new Preview(session, {
    loadTemplate: () => Promise.resolve(undefined),
    sessionName: () => Promise.resolve('0'.repeat(16)),
  });
  const workbench = new Workbench({ session, preview, language: new Language(['en']) });
  const typed: string[] = [];
  workbench.terminals.active.terminal.run = (line) => void typed.push(line);
  return { host, session, workbench, typed };
}

async function made(change: (draft: ShareDraft) => void): Promise<ShareDraft> {
  const { host, session, workbench } = page();
  host.files.put('/root/app/Dockerfile', 'FROM busybox\n');
  host.files.put('/root/.bashrc', 'alias x=y\n');
  host.files.put('/root/data.bin', '\0');
  workbench.layout.show('files');
  await session.start();
  const draft = new ShareDraft(workbench, pageUrl);
  await draft.look();
  change(draft);
  await draft.remake();
  return draft;
}

test('a link that one page makes does the same on another, once the visitor agrees', async () => {
  const draft = await made((draft) => {
    draft.commands = 'docker build app\n\n  docker ps  \n';
  });
  expect(draft.offered.map(({ path }) => path)).toEqual(['/root/app/Dockerfile']);
  const { host, session, workbench, typed } = page();
  const shared = new SharedLink(workbench);
  await shared.read(new URL(draft.link ?? '').hash);
  expect(shared.state.phase).toBe('offered');
  await session.start();
  expect([typed, host.files.contents.has('/root/app'), workbench.layout.view]).toEqual([
    [],
    false,
    undefined,
  ]);
  await shared.agree();
  expect(shared.state.phase).toBe('none');
  expect(new TextDecoder().decode(host.files.contents.get('/root/app/Dockerfile'))).toBe(
    'FROM busybox\n',
  );
  expect(typed).toEqual(['docker build app', 'docker ps']);
  expect(workbench.layout.view).toBe('files');
});

test('a link that is declined does nothing', async () => {
  const draft = await made((draft) => (draft.image = 'busybox'));
  const { session, workbench, typed } = page();
  const shared = new SharedLink(workbench);
  await shared.read(new URL(draft.link ?? '').hash);
  shared.dismiss();
  await session.start();
  await shared.agree();
  expect(typed).toEqual([]);
});

test('SharedLink says what is wrong with a link, and the workbench passes over other fragments', async () => {
  const { workbench } = page();
  workbench.openLink('#course=first-course');
  expect(workbench.link).toBeUndefined();
  workbench.openLink('#share=1.damaged');
  expect(workbench.link).toBe('#share=1.damaged');
  const shared = new SharedLink(workbench);
  await shared.read('#share=1.damaged');
  expect(shared.state).toEqual({ phase: 'refused', refusal: 'malformed' });
});

test('SharedLink tells when a file cannot be written, and types nothing then', async () => {
  const draft = await made(() => undefined);
  const { host, session, workbench, typed } = page();
  host.files.write = () => Promise.reject(new Error('No space left on device'));
  const shared = new SharedLink(workbench);
  await shared.read(new URL(draft.link ?? '').hash);
  await session.start();
  await shared.agree();
  expect(shared.state).toEqual({ phase: 'failed', cause: 'No space left on device' });
  expect(typed).toEqual([]);
});

test.each([
  ['image', (draft: ShareDraft): unknown => (draft.image = 'no image')],
  ['repository', (draft: ShareDraft): unknown => (draft.repository = 'ftp://example.org/a')],
  ['commands', (draft: ShareDraft): unknown => (draft.commands = 'ls\u202e')],
  ['commands', (draft: ShareDraft): unknown => (draft.commands = 'ls\n'.repeat(51))],
] as const)('ShareDraft tells of a mistake: %s', async (mistake, change) => {
  const draft = await made(change);
  expect([draft.mistake, draft.link]).toEqual([mistake, undefined]);
});
