/** What a previewed page waits for: requests and bytes from a server in a container, over the preview's HTTP client. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { socketDuplex } from '../../src/node/serve/socket-duplex.ts';
import { HttpClient } from '../../src/preview/http/http-client.ts';
import { startDockerd } from '../support/dockerd.ts';
import { startTestHost } from '../support/host.ts';
import { importBusybox } from './peers/dockerd.ts';
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

const peer = 'native dockerd: ';
const rows = {
  request: 'request of a small file, one after the other',
  rate: 'requests of a small file, 8 at a time',
  bytes: `download of ${largeMiB} MiB`,
} as const;

export async function benchPreview(report: Report, options: { runs: number }): Promise<void> {
  await benchNative(report, options).catch((error: unknown) => {
    report.note(`Not measured, published port of a native dockerd: ${String(error)}`);
  });
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
    const client = new HttpClient({ connect: () => published.connect(port) });
    await measure(report, { client, ...options, prefix: '' });
    client.dispose();
  } finally {
    await host.dispose();
  }
}

async function benchNative(report: Report, options: { runs: number }): Promise<void> {
  const dockerd = await startDockerd();
  try {
    await importBusybox(dockerd);
    const published = `127.0.0.1:${port}:${port}`;
    await dockerd.docker([
      'run',
      '-d',
      '--name',
      'web',
      '-p',
      published,
      'busybox',
      'sh',
      '-c',
      serve,
    ]);
    const client = new HttpClient({
      connect: async () => {
        const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
        await once(socket, 'connect');
        return socketDuplex(socket);
      },
    });
    await until(() => get(client, '/large'));
    await measure(report, { client, ...options, prefix: peer });
    client.dispose();
    await dockerd.docker(['rm', '-f', 'web']);
  } finally {
    await dockerd.dispose();
  }
}

interface Measured {
  readonly client: HttpClient;
  readonly runs: number;
  readonly prefix: string;
}

async function measure(report: Report, { client, runs, prefix }: Measured): Promise<void> {
  const compared = (name: string) => (prefix === '' ? { comparedWith: peer + name } : {});
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
  const downloads = await repeatMs(5, () => get(client, '/large'));
  const bytes = largeMiB * 2 ** 20;
  report.add(
    prefix + rows.bytes,
    downloads.map((ms) => bytes / 1000 / ms),
    { unit: 'MB/s', ...compared(rows.bytes) },
  );
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
