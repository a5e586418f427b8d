import { describe, expect, test, vi } from 'vitest';
import type { HostSessions, SessionInfo } from '../../api/sessions.ts';
import { FakeHost } from '../fake-host.ts';
import { Session } from '../session.svelte.ts';
import { Resume } from './resume.svelte.ts';
import { resumeId, sessionToResume } from './session-to-resume.ts';
import { SavedSessions } from './saved-sessions.svelte.ts';

const info = (id: string): SessionInfo => ({
  id,
  name: id,
  savedMs: 0,
  sizeBytes: 1,
  running: [],
});

function fakeSessions(change: Partial<HostSessions> = {}): HostSessions {
  return {
    save: async ({ id = 'new' }) => info(id),
    list: async () => [info('one')],
    rename: async () => undefined,
    remove: async () => undefined,
    exportFile: async () => new Blob(['file']),
    importFile: async () => info('imported'),
    ...change,
  };
}

async function started(sessions: HostSessions): Promise<{ session: Session; saved: unknown[] }> {
  const saved: unknown[] = [];
  const session = new Session({
    createHost: (id) => {
      saved.push(id);
      return Object.assign(new FakeHost(), { sessions });
    },
  });
  await session.start();
  return { session, saved };
}

function storage() {
  const items = new Map<string, string>();
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
  };
}

describe('SavedSessions', () => {
  const estimate = async () => ({ usage: 950_000_000, quota: 1_000_000_000 });

  test('saves, lists, and says when the storage is nearly full', async () => {
    const { session } = await started(fakeSessions());
    const saved = new SavedSessions({ session, estimate });
    await saved.save('mine');
    expect(saved.done).toEqual({ task: 'saving', info: info('new') });
    expect(saved.list).toEqual([info('one')]);
    expect(saved.isStorageLow).toBe(true);
  });

  test('tells what went wrong and can be used again', async () => {
    const save = vi
      .fn<HostSessions['save']>()
      .mockRejectedValueOnce(new Error('the storage is full'))
      .mockResolvedValue(info('new'));
    const { session } = await started(fakeSessions({ save }));
    const saved = new SavedSessions({ session, estimate });
    await saved.save('mine');
    expect([saved.error, saved.task, saved.done]).toEqual([
      'the storage is full',
      undefined,
      undefined,
    ]);
    await saved.save('mine');
    expect(saved.error).toBe('');
  });

  test('restore() starts a host that goes on from the session', async () => {
    const { session, saved } = await started(fakeSessions());
    new SavedSessions({ session, estimate }).restore(info('one'));
    expect(saved).toEqual([undefined, 'one']);
  });
});

describe('Resume', () => {
  test('is off until it is chosen, then saves at once and when the page is hidden', async () => {
    const save = vi.fn<HostSessions['save']>(async () => info(resumeId));
    const { session } = await started(fakeSessions({ save }));
    const kept = storage();
    const resume = new Resume({ session, storage: kept });
    await resume.hidden();
    expect(save).not.toHaveBeenCalled();
    expect(sessionToResume(kept)).toBeUndefined();
    await resume.choose(true);
    await resume.hidden();
    expect(save).toHaveBeenCalledTimes(2);
    expect(sessionToResume(kept)).toBe(resumeId);
    await resume.choose(false);
    expect(sessionToResume(kept)).toBeUndefined();
    resume.dispose();
  });

  test('what could not be saved or restored is not tried with the next page', async () => {
    const save = async () => Promise.reject(new Error('busy'));
    const { session } = await started(fakeSessions({ save }));
    const kept = storage();
    const resume = new Resume({ session, storage: kept });
    await resume.choose(true);
    expect(resume.error).toBe('busy');
    expect(sessionToResume(kept)).toBeUndefined();
    kept.setItem('bottleship.resume', JSON.stringify({ isOn: true, isSaved: true }));
    expect(sessionToResume(kept)).toBe(resumeId);
    const failing = new Session({ createHost: () => new FakeHost({ bootFailure: 'version' }) });
    const other = new Resume({ session: failing, storage: kept });
    await failing.start(resumeId);
    expect(sessionToResume(kept)).toBeUndefined();
    resume.dispose();
    other.dispose();
  });
});
