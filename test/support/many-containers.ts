/** Containers in numbers, through the Engine API: for the test of density and for the bench. */
import { ApiClient } from '../../src/client/api-client.ts';
import {
  containerCreate,
  containerLogs,
  containerRemove,
  containerStart,
  containerWait,
} from '../../src/client/containers.ts';
import { execAttach, execCreate } from '../../src/client/exec.ts';
import type { TestHost } from './host.ts';

export function clientOf({ host }: TestHost): ApiClient {
  return new ApiClient(host.api);
}

/** Creates containers of busybox that sleep until they are killed; their IDs. */
export async function createSleepers(client: ApiClient, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const config = { Image: 'busybox', Cmd: ['sleep', '100000'] };
    ids.push((await containerCreate(client, { config })).Id);
  }
  return ids;
}

/** Starts them one after the other; the milliseconds of each. */
export async function startAll(client: ApiClient, ids: readonly string[]): Promise<number[]> {
  const times: number[] = [];
  for (const container of ids) {
    const begin = performance.now();
    await containerStart(client, { container });
    times.push(performance.now() - begin);
  }
  return times;
}

export async function removeAll(client: ApiClient, ids: readonly string[]): Promise<void> {
  for (const container of ids) await containerRemove(client, { container, force: true });
}

/** The life of one container: created, started, a command in it, its output read, stopped and removed. */
export async function wholeLife(client: ApiClient): Promise<void> {
  const config = { Image: 'busybox', Cmd: ['sh', '-c', 'echo hello; exec sleep 1000'] };
  const { Id: container } = await containerCreate(client, { config });
  await containerStart(client, { container });
  const exec = await execCreate(client, {
    container,
    config: { Cmd: ['echo', 'there'], AttachStdout: true },
  });
  const { readable } = await execAttach(client, { exec: exec.Id, config: {} });
  for await (const chunk of readable) if (chunk.length === 0) break;
  const logs = await containerLogs(client, { container, stdout: true });
  for await (const chunk of logs) if (chunk.length === 0) break;
  const { exit } = await containerWait(client, { container, condition: 'removed' });
  await containerRemove(client, { container, force: true });
  await exit;
}

/** What the machine has left, in MiB: MemAvailable. */
export async function memoryAvailableMiB(host: TestHost): Promise<number> {
  const { stdout } = await host.run('grep MemAvailable /proc/meminfo');
  return Number(/[0-9]+/.exec(stdout)?.[0] ?? NaN) / 1024;
}
