import { expect, test } from 'vitest';
import { createFakeEngine } from '../../../test/support/fake-engine.ts';
import type { FakeGuest } from '../../guest/fake-guest.ts';
import { namespaceKinds, type ProcessesResponse } from '../../api/processes.ts';
import { parseControlGroup } from './control-groups.ts';
import { processesMax } from './machine-processes.ts';
import { parseProcess } from './process-files.ts';

const put = (guest: FakeGuest, files: Record<string, string>): void => {
  for (const [path, text] of Object.entries(files))
    guest.files.set(path, new TextEncoder().encode(text));
};

function addProcess(guest: FakeGuest, pid: number, files: Record<string, string>): void {
  put(
    guest,
    Object.fromEntries(
      Object.entries(files).map(([name, text]) => [`/proc/${pid}/${name}`, text] as const),
    ),
  );
}

const status = (fields: Record<string, string>): string =>
  Object.entries(fields)
    .map(([name, value]) => `${name}:\t${value}\n`)
    .join('');

test('GET /bottleship/processes tells both pids, the user, namespaces and the cgroup of a container', async () => {
  const { guest, call, create } = await createFakeEngine();
  const id = await create({}, 'web');
  await call('POST', `/containers/${id}/start`);
  put(guest, {
    '/etc/passwd': 'root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534::/:/bin/false\n',
  });
  addProcess(guest, 1, {
    status: status({ Name: 'bottleship', State: 'S (sleeping)', Pid: '1', PPid: '0', Uid: '0\t0\t0\t0', Kthread: '0', NSpid: '1' }), // prettier-ignore
    cmdline: '',
    cgroup: '0::/\n',
  });
  addProcess(guest, 2, {
    status: status({ Name: 'kthreadd', State: 'S (sleeping)', Pid: '2', PPid: '0', Uid: '0\t0', Kthread: '1', NSpid: '2' }), // prettier-ignore
    cmdline: '',
    cgroup: '0::/\n',
  });
  addProcess(guest, 120, {
    status: status({ Name: 'sleep', State: 'S (sleeping)', Pid: '120', PPid: '100', Uid: '65534\t0', Kthread: '0', NSpid: '120\t7' }), // prettier-ignore
    cmdline: 'sleep\x001000\0',
    cgroup: `0::/docker/${id}\n`,
  });
  for (const [index, kind] of namespaceKinds.entries()) {
    if (kind === 'time') continue;
    guest.links.set(`/proc/1/ns/${kind}`, `${kind}:[${4026531830 + index}]`);
    guest.links.set(`/proc/2/ns/${kind}`, `${kind}:[${4026531830 + index}]`);
    guest.links.set(`/proc/120/ns/${kind}`, `${kind}:[${4026532000 + index}]`);
  }
  const cgroup = `/sys/fs/cgroup/docker/${id}`;
  put(guest, {
    [`${cgroup}/memory.current`]: '1048576\n',
    [`${cgroup}/memory.max`]: 'max\n',
    [`${cgroup}/cpu.max`]: '50000 100000\n',
    [`${cgroup}/cpu.stat`]: 'usage_usec 1234\nuser_usec 1000\n',
    [`${cgroup}/pids.current`]: '1\n',
    [`${cgroup}/pids.max`]: '64\n',
  });
  const { status: code, json } = await call('GET', '/v1.51/bottleship/processes');
  expect(code).toBe(200);
  const { processes, controlGroups, truncated } = json as ProcessesResponse;
  expect(truncated).toBe(false);
  expect(processes.map(({ pid }) => pid)).toEqual([1, 2, 120]);
  expect(processes[0]).toMatchObject({
    command: '[bottleship]',
    user: 'root',
    kernelThread: false,
  });
  expect(processes[1]).toMatchObject({ kernelThread: true, namespaces: {} });
  expect(processes[2]).toMatchObject({
    namespacePids: [120, 7],
    parentPid: 100,
    command: 'sleep 1000',
    user: 'nobody',
    state: 'S',
    containerId: id,
    namespaces: { mnt: 4026532000, pid: 4026532001 },
  });
  expect(processes[2]?.namespaces.time).toBeUndefined();
  expect(controlGroups).toEqual([
    {
      containerId: id,
      containerName: 'web',
      path: cgroup,
      initPid: 100,
      memoryBytes: 1048576,
      memoryBytesMax: null,
      cpuUsageMicroseconds: 1234,
      cpuQuotaMicroseconds: 50000,
      cpuPeriodMicroseconds: 100000,
      pids: 1,
      pidsMax: 64,
    },
  ]);
});

test('GET /bottleship/processes tells no more than it promises, and says so', async () => {
  const { guest, call } = await createFakeEngine();
  for (let pid = 1; pid <= processesMax + 1; pid++)
    addProcess(guest, pid, { status: status({ Name: 'x', Pid: String(pid), PPid: '2' }) });
  const { json } = await call('GET', '/bottleship/processes');
  const { processes, truncated } = json as ProcessesResponse;
  expect(processes).toHaveLength(processesMax);
  expect(truncated).toBe(true);
});

test('parseProcess() is undefined for a process that ended meanwhile', () => {
  expect(parseProcess({ status: undefined, cmdline: '', cgroup: '' }, new Map())).toBeUndefined();
});

test('parseProcess() knows the container of a group that the container made itself', () => {
  const id = 'ab'.repeat(32);
  const texts = { status: 'Name:\tx\nPid:\t9\n', cmdline: '', cgroup: `0::/docker/${id}/inner\n` };
  expect(parseProcess(texts, new Map())?.containerId).toBe(id);
});

test('parseControlGroup() without files is a group without limits', () => {
  expect(parseControlGroup({})).toMatchObject({ memoryBytesMax: null, pidsMax: null, pids: 0 });
});
