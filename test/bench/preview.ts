/**
 * What a previewed page waits for: connections, requests and bytes from a server in a container, over the preview's HTTP
 * client; and the same from one container to another.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Duplex } from '../../src/lib/duplex.ts';
import { errorMessage } from '../../src/lib/errors.ts';
import { socketDuplex } from '../../src/node/serve/socket-duplex.ts';
import { HttpClient } from '../../src/preview/http/http-client.ts';
import { startDockerd } from '../support/dockerd.ts';
import { startTestHost } from '../support/host.ts';
import { importBusybox } from './peers/dockerd.ts';
import { startPodman } from './peers/podman.ts';
import type { Report } from './report.ts';
import { repeatMs } from './stats.ts';

const port = 8043;
const largeMiB = 8;
const serve = [
  'mkdir /www',
  'echo hello > /www/small',
  `dd if=/dev/zero of=/www/large bs=1M count=${largeMiB} 2>/dev/null`,
  `exec httpd -f -p ${port} -h /www`,
].join('; ');

const dockerdPeer = 'native dockerd: ';
const podmanPeer = 'native podman: ';
const rows = {
  request: 'request of a small file, one after the other',
  rate: 'requests of a small file, 8 at a time',
  bytes: `download of ${largeMiB} MiB`,
  connect: 'connect to a published port',
  innerRate: 'container to container: requests of a small file, one after the other',
  innerBytes: `container to container: download of ${largeMiB} MiB`,
} as const;

export async function benchPreview(report: Report, options: { runs: number }): Promise<void> {
  for (const [name, start] of [
    ['dockerd', nativeDockerd],
    ['podman', nativePodman],
  ] as const) {
    await benchNative(report, { ...options, start }).catch((error: unknown) => {
      report.note(`Not measured, published port of a native ${name}: ${errorMessage(error)}`);
    });
  }
  const host = await startTestHost();
  try {
    await host.run('docker pull -q busybox');
    const flags = `--network host --expose ${port}`;
    await host.run(`docker run -d --name web ${flags} busybox sh -c '${serve}'`);
    const published = await host.host.ports();
    await new Promise<void>((resolve) => {
      published.onChange((ports) => {
        if (ports.some(({ listening }) => listening)) resolve();
      });
    });
    const dial = () => published.connect(port);
    const client = new HttpClient({ connect: dial });
    await measure(report, { client, dial, ...options, prefix: '' });
    client.dispose();
    await measureInner(report, {
      prefix: '',
      run: async (argv) => {
        const quoted = argv.map((word) => `'${word}'`).join(' ');
        const { stdout, stderr, exitCode } = await host.run(`docker ${quoted}`);
        if (exitCode !== 0) throw new Error(stderr);
        return stdout;
      },
    });
  } finally {
    await host.dispose();
  }
}

interface Native {
  readonly prefix: string;
  run(argv: readonly string[]): Promise<string>;
  dispose(): Promise<void>;
}

async function nativeDockerd(): Promise<Native> {
  const dockerd = await startDockerd();
  await importBusybox(dockerd);
  return { prefix: dockerdPeer, run: dockerd.docker, dispose: () => dockerd.dispose() };
}

async function nativePodman(): Promise<Native> {
  return { prefix: podmanPeer, ...(await startPodman()) };
}

async function benchNative(
  report: Report,
  { runs, start }: { runs: number; start: () => Promise<Native> },
): Promise<void> {
  const { prefix, run, dispose } = await start();
  try {
    const publish = ['-p', `127.0.0.1:${port}:${port}`];
    await run(['run', '-d', '--name', 'web', ...publish, 'busybox', 'sh', '-c', serve]);
    const dial = async (): Promise<Duplex> => {
      const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
      await once(socket, 'connect');
      return socketDuplex(socket);
    };
    const client = new HttpClient({ connect: dial });
    await until(() => get(client, '/large'));
    await measure(report, { client, dial, runs, prefix });
    client.dispose();
    await run(['rm', '-f', 'web']);
    await measureInner(report, { prefix, run });
  } finally {
    await dispose();
  }
}

interface Measured {
  readonly client: HttpClient;
  readonly dial: () => Promise<Duplex>;
  readonly runs: number;
  readonly prefix: string;
}

const comparison = (prefix: string, name: string) =>
  prefix === '' ? { comparedWith: podmanPeer + name } : {};

async function measure(report: Report, { client, dial, runs, prefix }: Measured): Promise<void> {
  const compared = (name: string) => comparison(prefix, name);
  await repeatMs(5, () => get(client, '/small'));
  report.add(
    prefix + rows.request,
    await repeatMs(runs, () => get(client, '/small')),
    compared(rows.request),
  );
  const times = await repeatMs(5, async () => {
    await Promise.all(Array.from({ length: 8 }, () => get(client, '/small')));
  });
  report.add(
    prefix + rows.rate,
    times.map((ms) => 8000 / ms),
    { unit: 'requests/s', ...compared(rows.rate) },
  );
  const connects = await repeatMs(runs, async () => {
    const { readable, writable } = await dial();
    await Promise.allSettled([readable.cancel(), writable.abort()]);
  });
  report.add(prefix + rows.connect, connects, compared(rows.connect));
  const downloads = await repeatMs(5, () => get(client, '/large'));
  const bytes = largeMiB * 2 ** 20;
  report.add(
    prefix + rows.bytes,
    downloads.map((ms) => bytes / 1000 / ms),
    { unit: 'MB/s', ...compared(rows.bytes) },
  );
}

interface MeasuredInner {
  readonly prefix: string;
  /** Runs a docker command and gives what it printed. */
  readonly run: (argv: readonly string[]) => Promise<string>;
}

/** Two containers of a user-defined network, which find each other by name. The clock is the client's own. */
async function measureInner(report: Report, { prefix, run }: MeasuredInner): Promise<void> {
  const requests = 30;
  await run(['network', 'create', 'inner']);
  const server = ['run', '-d', '--name', 'server', '--network', 'inner', 'busybox'];
  await run([...server, 'sh', '-c', serve]);
  await run(['run', '-d', '--name', 'client', '--network', 'inner', 'busybox', 'sleep', '1000']);
  const inside = async (script: string): Promise<number> => {
    const clock = 'cut -d" " -f1 /proc/uptime';
    const text = await run(['exec', 'client', 'sh', '-c', `${clock}; ${script}; ${clock}`]);
    const [begin = 0, end = 0] = text.trim().split(/\s+/).map(Number);
    return Math.max(end - begin, 0.01);
  };
  const url = `http://server:${port}`;
  await inside(`until wget -q -O /dev/null ${url}/large; do sleep 1; done`);
  const rates: number[] = [];
  const speeds: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const one = `for n in $(seq ${requests}); do wget -q -O /dev/null ${url}/small; done`;
    rates.push(requests / (await inside(one)));
    speeds.push((largeMiB * 2 ** 20) / 1e6 / (await inside(`wget -q -O /dev/null ${url}/large`)));
  }
  for (const [name, values, unit] of [
    [rows.innerRate, rates, 'requests/s'],
    [rows.innerBytes, speeds, 'MB/s'],
  ] as const)
    report.add(prefix + name, values, { unit, ...comparison(prefix, name) });
  await run(['rm', '-f', 'server', 'client']);
  await run(['network', 'rm', 'inner']);
}

async function get(client: HttpClient, target: string): Promise<void> {
  const { status, body } = await client.request({
    method: 'GET',
    target,
    fields: [['host', `localhost:${port}`]],
  });
  for await (const _chunk of body);
  if (status !== 200) throw new Error(`${target}: status ${status}`);
}

async function until(ready: () => Promise<void>): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await ready();
    } catch (error) {
      if (attempt === 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
