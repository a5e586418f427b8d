/** Containers on a machine in Node, as a learner types them, and the machine's streams. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNodeHost } from '../../src/node/node-host.ts';
import { startTestHost } from '../support/host.ts';
import type { TestHost } from '../support/host.ts';
import { dockerdExecRow, dockerdRunRow } from './peers/dockerd.ts';
import type { Report } from './report.ts';
import { benchDockerPs } from './docker-ps.ts';
import { bareBootRow, promptRatioMax } from './boot.ts';
import { repeatMs, timeMs } from './stats.ts';

const streamBytes = 32 * 1024 * 1024;
const streamRuns = 3;

/** Milliseconds from nothing to the prompt of a shell on a terminal. */
async function promptMs(options: { readonly bootsKernel?: boolean } = {}): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'bottleship-bench-'));
  const begin = performance.now();
  const node = await startNodeHost({ dataRoot: folder, ...options });
  try {
    const shell = await node.host.openShell({ columns: 120, rows: 30 });
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of shell.stdout) {
      text += decoder.decode(chunk, { stream: true });
      if (/root@bottleship.*# /.test(text)) return performance.now() - begin;
    }
    throw new Error(`The shell ended without a prompt: ${text}`);
  } finally {
    node.dispose();
    await rm(folder, { recursive: true, force: true });
  }
}

export async function benchPrompt(report: Report, { runs }: { runs: number }): Promise<void> {
  report.add('machine in Node: start → prompt', await seriesOf(runs, promptMs), {
    comparedWith: bareBootRow,
    ratioMax: promptRatioMax,
  });
  const booting = await seriesOf(runs, () => promptMs({ bootsKernel: true }));
  report.add('machine in Node that boots its kernel: start → prompt', booting, {
    comparedWith: bareBootRow,
  });
}

async function seriesOf(count: number, measure: () => Promise<number>): Promise<number[]> {
  const values: number[] = [];
  for (let index = 0; index < count; index += 1) values.push(await measure());
  return values;
}

export async function benchHost(report: Report, { runs }: { runs: number }): Promise<void> {
  const begin = performance.now();
  const host = await startTestHost();
  try {
    await host.run('true');
    report.add('machine in Node: start → first command line done', [performance.now() - begin]);
    await host.run('docker pull -q busybox');
    const run = () => succeed(host, 'docker run --rm busybox true');
    report.add('docker run --rm busybox true, first', [await timeMs(run)], {
      comparedWith: dockerdRunRow,
    });
    report.add('docker run --rm busybox true', await repeatMs(runs, run), {
      comparedWith: dockerdRunRow,
    });
    await succeed(host, 'docker run -d --name bench busybox sleep 1000');
    const exec = () => succeed(host, 'docker exec bench true');
    await repeatMs(2, exec);
    report.add('docker exec true', await repeatMs(runs, exec), { comparedWith: dockerdExecRow });
    await benchOutput(report, host);
    await succeed(host, 'docker rm -f bench');
    await benchDockerPs(report, { host, runs });
    await benchStreams(report, host);
  } finally {
    await host.dispose();
  }
}

/** Text of a container, line by line, to a program's pipe and to a terminal. */
async function benchOutput(report: Report, host: TestHost): Promise<void> {
  const bytes = 1_000_000;
  const lines = `yes "what a program has to say, line by line" | head -c ${bytes}`;
  for (const [flags, to] of [
    ['', 'a pipe'],
    ['-t', 'a terminal'],
  ]) {
    const write = () => succeed(host, `docker exec ${flags} bench sh -c '${lines}' > /dev/null`);
    await write();
    const seconds = (await repeatMs(streamRuns, write)).map((milliseconds) => milliseconds / 1000);
    const rates = seconds.map((value) => bytes / 1e6 / value);
    report.add(`docker exec, text written to ${to}`, rates, { unit: 'MB/s' });
  }
}

async function succeed(host: TestHost, commandLine: string): Promise<void> {
  const { exitCode, stderr } = await host.run(commandLine);
  if (exitCode !== 0) throw new Error(`Cannot run ${commandLine}: ${stderr}`);
}

/** Bytes through the agent's streams, whole path: a file of the machine, written and read. */
async function benchStreams(report: Report, { host }: TestHost): Promise<void> {
  const content = new Uint8Array(streamBytes);
  const path = '/dev/shm/bench';
  const rate = (milliseconds: number): number => streamBytes / 1e6 / (milliseconds / 1000);
  const write = await repeatMs(streamRuns, () => host.guest.writeFile(path, content));
  const read = await repeatMs(streamRuns, () =>
    host.guest.readFile(path, { sizeBytesMax: streamBytes }),
  );
  report.add('stream throughput, host → machine', write.map(rate), { unit: 'MB/s' });
  report.add('stream throughput, machine → host', read.map(rate), { unit: 'MB/s' });
}
