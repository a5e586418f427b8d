/** What an onlooker sees of a `docker run` on the real machine, and the Engine API on the machine's own socket. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { XrayEvent } from '../../src/api/xray.ts';
import { type TestHost, startTestHost } from '../support/host.ts';

let host: TestHost;

beforeAll(async () => {
  host = await startTestHost();
  await host.run('docker pull -q busybox');
}, 180_000);

afterAll(async () => {
  await host.dispose();
});

async function xray(query: string, whileOpen: () => Promise<unknown>): Promise<XrayEvent[]> {
  const stop = new AbortController();
  const path = `/bottleship/xray${query}`;
  const { body } = await host.host.api({ method: 'GET', path, headers: {}, signal: stop.signal });
  if (!(body instanceof ReadableStream)) throw new Error('No stream');
  const text = new Response(body).text();
  await whileOpen();
  stop.abort();
  const lines = (await text).split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as XrayEvent);
}

test('a run is told step by step, as the kernel did it, and forgotten when nobody listens', async () => {
  const run = () => host.run('docker run --memory 32m busybox sh -c "exit 3"');
  const events = await xray('?follow=1', run);
  expect(events.map(({ sequence }) => sequence)).toEqual(
    events.map((_event, index) => (events[0]?.sequence ?? 0) + index),
  );
  const begin = events.find(
    ({ operation, arguments: { path } }) =>
      operation === 'begin' && String(path).endsWith('/start'),
  );
  const start = events.filter(({ requestId }) => requestId === begin?.requestId);
  const exec = start.findIndex(({ operation }) => operation === 'exec');
  const plan = start.slice(0, exec + 1).filter(({ kind }) => kind === 'plan');
  const order = plan.map(({ operation }) => operation);
  const wanted = ['mount', 'clone', 'setsid', 'pivotRoot', 'mknod', 'sethostname', 'maskPath', 'seccomp', 'capabilities', 'setUser', 'exec']; // prettier-ignore
  const places = wanted.map((operation) => order.indexOf(operation));
  expect(places).not.toContain(-1);
  expect(places).toEqual([...places].sort((a, b) => a - b));
  expect(plan.every(({ cause, shell }) => cause !== '' && shell !== undefined)).toBe(true);
  expect(plan.filter(({ result }) => result !== 'ok')).toEqual([]);
  const overlay = plan.find(({ arguments: { source } }) => source === 'overlay');
  expect(overlay?.shell).toMatch(/^mount -t overlay -o lowerdir=/);
  expect(overlay?.durationMicroseconds).toBeGreaterThan(0);
  const tookMs = plan.reduce((sum, { durationMicroseconds: us }) => sum + us, 0) / 1000;
  const end = start.find(({ operation }) => operation === 'end');
  // The two are measured by different clocks.
  expect(tookMs).toBeLessThan((end?.durationMicroseconds ?? 0) / 1000 + 100);
  expect(start.find(({ operation }) => operation === 'exit')?.arguments).toMatchObject({ code: 3 });
  await run();
  expect(await xray('', async () => {})).toEqual([]);
}, 120_000);

/** What both the container of docker's and the one made by hand tell of themselves. */
const tell = [
  'hostname', 'cat /etc/hostname /etc/resolv.conf', 'cat /proc/self/cgroup', 'cat /sys/fs/cgroup/memory.max',
  'ip -o -4 address show eth0 | sed "s/.*inet //"', 'ip route', 'ping -c 1 -w 20 172.17.0.1 | grep received',
  'mount | grep -o "^overlay on / type overlay"', 'touch /proc/sys/x 2>&1', 'ls -1 /dev', 'cat /proc/keys | wc -c', 'umask',
].join('; '); // prettier-ignore

test('a run is done again by hand, with the commands that the x-ray shows', async () => {
  let printed = '';
  const events = await xray('?follow=1', async () => {
    const flags = '--name twin --hostname replayed --memory 32m';
    printed = (await host.run(`docker run ${flags} busybox sh -c '${tell}'`)).stdout;
  });
  const exec = events.findIndex(({ operation }) => operation === 'exec');
  const steps = events.slice(0, exec + 1).filter(({ kind }) => kind === 'plan');
  const typist = await Typist.sit(host);
  const failed: string[] = [];
  for (const { shell = '', arguments: args } of steps) {
    if (shell.startsWith('#')) continue;
    if (args['section'] === 'parent') {
      // In another terminal, as somebody of the machine.
      const pid = 'PID=$(tail -n 1 /sys/fs/cgroup/docker/*/cgroup.procs)';
      if ((await host.run(`${pid}; ${shell}`)).exitCode !== 0) failed.push(shell);
    } else if (args['section'] !== 'child' || !shell.startsWith('exec ')) {
      if ((await typist.type(shell)).status !== 0) failed.push(shell);
    } else {
      expect((await typist.type(shell)).printed).toBe(printed);
    }
  }
  typist.leave();
  expect(printed).toMatch(/^replayed\nreplayed\n/);
  expect(printed).toContain('overlay on / type overlay');
  // The machine has no keyctl, and busybox, in whose container it is by then, another setpriv.
  expect(failed.map((shell) => shell.replace(/ .*/, ''))).toEqual(['keyctl', 'setpriv', 'setpriv']);
}, 120_000);

/** Somebody at a terminal of the machine, who types a line when the one before is done. */
class Typist {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #count = 100;

  private constructor(streams: {
    readonly stdout: ReadableStream<Uint8Array>;
    readonly stdin: WritableStream<Uint8Array>;
  }) {
    this.#reader = streams.stdout.getReader();
    this.#writer = streams.stdin.getWriter();
  }

  /** At a shell without a line editor, which shells within it do not have either. */
  static async sit({ host: { openShell } }: TestHost): Promise<Typist> {
    const typist = new Typist(await openShell({ columns: 200, rows: 30 }));
    await typist.#until(/# $/);
    await typist.type('exec sh');
    await typist.type('stty -echo');
    return typist;
  }

  /** Resolves when the shell that is there then has said so. */
  async type(line: string): Promise<{ readonly printed: string; readonly status: number }> {
    const mark = ++this.#count;
    // The sum tells what is printed from the echo of what is typed.
    await this.#writer.write(new TextEncoder().encode(`${line}\necho mark $? $((${mark}+0))\n`));
    const text = await this.#until(new RegExp(`mark \\d+ ${mark}\r\n# $`));
    const [head = '', status = ''] = text.split(/(?:[#>] )*mark (\d+) \d+\r\n/);
    return { printed: head.replaceAll('\r\n', '\n'), status: Number(status) };
  }

  /** Hangs up: the shells and what they made end. */
  leave(): void {
    void this.#writer.close();
    void this.#reader.cancel();
  }

  async #until(wanted: RegExp): Promise<string> {
    const decoder = new TextDecoder();
    for (let text = ''; ;) {
      if (wanted.test(text)) return text;
      const { done, value } = await this.#reader.read();
      if (done) throw new Error(`The shell ended: ${text}`);
      text += decoder.decode(value, { stream: true });
    }
  }
}

const ask = 'curl -s --unix-socket /var/run/docker.sock http://localhost/v1.51/containers/json';

test('the machine’s socket is the Engine API, and so it is in a container that has it', async () => {
  await host.run('docker run -d --name asked busybox sleep 1000');
  const names = (json: string) =>
    (JSON.parse(json) as { Names: string[] }[]).map((one) => one.Names);
  expect(names((await host.run(ask)).stdout)).toEqual([['/asked']]);
  // Busybox has no client for a unix socket: the machine's program and its libraries come along.
  const binds = ['/var/run/docker.sock', '/usr', '/lib', '/etc/ssl'].map(
    (path) => `-v ${path}:${path}`,
  );
  const inside = await host.run(`docker run --rm --name asking ${binds.join(' ')} busybox ${ask}`);
  expect(names(inside.stdout || inside.stderr)).toEqual([['/asking'], ['/asked']]);
}, 120_000);
