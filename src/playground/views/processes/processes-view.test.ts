import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ControlGroup, MachineProcess, ProcessesResponse } from '../../../api/processes.ts';
import { FakeApi, FakeServices } from '../fake-services.ts';
import { gatherMs } from '../live-value.svelte.ts';
import { namespaceTable } from './namespace-table.ts';
import { ProcessesView } from './processes-view.svelte.ts';
import { processTree } from './process-tree.ts';

const process = (pid: number, over: Partial<MachineProcess> = {}): MachineProcess => ({
  pid,
  parentPid: 1,
  namespacePids: [pid],
  name: 'x',
  command: 'x',
  userId: 0,
  user: 'root',
  state: 'S',
  kernelThread: false,
  namespaces: { net: 1, pid: 2, user: 3 },
  ...over,
});

const group = (containerName: string, initPid: number): ControlGroup => ({
  containerId: containerName,
  containerName,
  path: '',
  initPid,
  memoryBytes: 0,
  memoryBytesMax: null,
  cpuUsageMicroseconds: 0,
  cpuQuotaMicroseconds: null,
  cpuPeriodMicroseconds: 100_000,
  pids: 1,
  pidsMax: null,
});

/** Two containers in one network namespace, one of which has a shell with a child. */
const reading: ProcessesResponse = {
  truncated: false,
  processes: [
    process(1, { parentPid: 0 }),
    process(2, { parentPid: 0, kernelThread: true, namespaces: {} }),
    process(50, { namespacePids: [50, 1], containerId: 'a', namespaces: { net: 10, pid: 20, user: 3 } }), // prettier-ignore
    process(51, { namespacePids: [51, 1], containerId: 'b', namespaces: { net: 10, pid: 21, user: 3 } }), // prettier-ignore
    process(60, { parentPid: 50, namespacePids: [60, 7], containerId: 'a', namespaces: { net: 10, pid: 20, user: 3 } }), // prettier-ignore
  ],
  controlGroups: [group('a', 50), group('b', 51)],
};

describe('namespaceTable()', () => {
  const { rows } = namespaceTable(reading);
  const row = (kind: string) => rows.find((one) => one.kind === kind);

  test('marks what is own, what is the machine’s, and what two containers share', () => {
    expect(row('pid')?.cells.map(({ sharing }) => sharing)).toEqual(['own', 'own']);
    expect(row('user')?.cells.map(({ sharing }) => sharing)).toEqual(['machine', 'machine']);
    expect(row('net')?.cells).toEqual([
      { inode: 10, sharing: 'container', sharedWith: ['b'] },
      { inode: 10, sharing: 'container', sharedWith: ['a'] },
    ]);
  });

  test('says nothing of a kind that the kernel lacks, nor of a process that is gone', () => {
    expect(row('time')?.machineInode).toBeUndefined();
    const gone = namespaceTable({ ...reading, controlGroups: [group('c', 99)] });
    expect(gone.rows.every(({ cells }) => cells[0]?.sharing === 'unknown')).toBe(true);
  });
});

describe('processTree()', () => {
  test('puts children under their parents with both pids, without kernel threads', () => {
    const rows = processTree(reading);
    expect(rows.map(({ process: { pid }, depth, insidePid }) => [pid, depth, insidePid])).toEqual([
      [1, 0, undefined],
      [50, 1, 1],
      [60, 2, 7],
      [51, 1, 1],
    ]);
    expect(rows.map(({ containerName }) => containerName)).toEqual([undefined, 'a', 'a', 'b']);
    expect(processTree(reading, { kernelThreads: true })).toHaveLength(5);
  });

  test('seen from a container, its first process is the root and has no parent', () => {
    const rows = processTree(reading, { containerId: 'a' });
    expect(rows.map(({ depth, insidePid, insideParentPid }) => [depth, insidePid, insideParentPid])).toEqual([
      [0, 1, 0],
      [1, 7, 1],
    ]); // prettier-ignore
  });
});

describe('ProcessesView', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const path = '/bottleship/processes';

  test('reads at once, and once more after a burst of events', async () => {
    const api = new FakeApi({ [path]: reading });
    const view = new ProcessesView(new FakeServices(api.handler));
    await vi.advanceTimersByTimeAsync(0);
    expect(view.namespaces?.containers).toHaveLength(2);
    expect(api.asked).toEqual(['/events', path]);
    api.answers[path] = { ...reading, controlGroups: [group('a', 50)] };
    for (const action of ['create', 'attach', 'start']) api.tell(action);
    await vi.advanceTimersByTimeAsync(gatherMs);
    expect(api.count(path)).toBe(2);
    expect(view.namespaces?.containers).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(api.count(path)).toBe(2);
    view.dispose();
  });

  test('goes back to the machine’s side when the container that was looked at ends', async () => {
    const api = new FakeApi({ [path]: reading });
    const view = new ProcessesView(new FakeServices(api.handler));
    await vi.advanceTimersByTimeAsync(0);
    view.containerId = 'b';
    expect(view.tree).toHaveLength(1);
    api.answers[path] = { ...reading, controlGroups: [group('a', 50)] };
    await view.reading.refresh();
    expect(view.containerId).toBe('');
    expect(view.tree).toHaveLength(4);
    view.dispose();
  });

  test('says why it could not read, keeps what it had, and recovers', async () => {
    const api = new FakeApi({ [path]: reading });
    const view = new ProcessesView(new FakeServices(api.handler));
    await vi.advanceTimersByTimeAsync(0);
    api.missing.add(path);
    await view.reading.refresh();
    expect(view.reading.failure).toContain(`no ${path}`);
    expect(view.tree).toHaveLength(4);
    api.missing.delete(path);
    await view.reading.refresh();
    expect(view.reading.failure).toBeUndefined();
    view.dispose();
  });
});
