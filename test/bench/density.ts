/** Many containers on one machine, and one after the other for long: what the last costs, and what stays. */
import type { ApiClient } from '../../src/client/api-client.ts';
import { type TestHost, startTestHost } from '../support/host.ts';
import {
  clientOf,
  createSleepers,
  memoryAvailableMiB,
  removeAll,
  startAll,
  wholeLife,
} from '../support/many-containers.ts';
import type { Report } from './report.ts';
import { repeatMs } from './stats.ts';

const created = 200;
const running = 60;
/** Of the first and of the last starts a median is taken of so many. */
const sample = 10;
const firstRow = `start of the first ${sample} of ${running} containers`;

export async function benchDensity(report: Report, { lives }: { lives: number }): Promise<void> {
  const host = await startTestHost({ memorySizeBytes: 528 * 1024 * 1024 });
  try {
    await host.run('docker pull -q busybox');
    const client = clientOf(host);
    await wholeLife(client);
    await manyAtOnce(report, { host, client });
    await oneAfterTheOther(report, { host, client, lives });
  } finally {
    await host.dispose();
  }
}

async function manyAtOnce(
  report: Report,
  { host, client }: { host: TestHost; client: ApiClient },
): Promise<void> {
  const before = await memoryAvailableMiB(host);
  const ids = await createSleepers(client, created);
  const times = await startAll(client, ids.slice(0, running));
  report.add(firstRow, times.slice(0, sample));
  report.add(`start of the last ${sample} of ${running} containers`, times.slice(-sample), {
    comparedWith: firstRow,
  });
  const after = await memoryAvailableMiB(host);
  report.add('memory of the machine per running container', [(before - after) / running], {
    unit: 'MB',
  });
  await removeAll(client, ids);
}

async function oneAfterTheOther(
  report: Report,
  options: { host: TestHost; client: ApiClient; lives: number },
): Promise<void> {
  const { host, client, lives } = options;
  const warmUp = Math.ceil(lives / 10);
  await repeatMs(warmUp, () => wholeLife(client));
  const [machineBefore, engineBefore] = [await memoryAvailableMiB(host), heapMiB()];
  report.add(
    `create, start, exec, logs, rm: ${lives} lives`,
    await repeatMs(lives, () => wholeLife(client)),
  );
  const machine = machineBefore - (await memoryAvailableMiB(host));
  report.add(`memory the machine has less after ${lives} lives`, [machine], { unit: 'MB' });
  report.add(`memory the engine has more after ${lives} lives`, [heapMiB() - engineBefore], {
    unit: 'MB',
  });
}

/** After a collection, where the process was started with one to call. */
function heapMiB(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
}
