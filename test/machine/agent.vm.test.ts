/** The agent in a real machine: what each request does there, and what it costs. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AgentClient } from '../../src/guest/agent-client.ts';
import type { DockerInvocation, ExitStatus, GuestProcess } from '../../src/guest/guest.ts';
import type { CloneOptions, SetupOperation, SetupPlan } from '../../src/guest/plan.ts';
import type { Duplex } from '../../src/lib/duplex.ts';
import { type NodeHost, startNodeHost } from '../../src/node/node-host.ts';
import { hostileTars, tarOf } from '../support/tars.ts';

const mebibyte = 1024 * 1024;
const figures: Record<string, number> = {};
let dataRoot: string;
let node: NodeHost;
let guest: AgentClient;

beforeAll(async () => {
  dataRoot = mkdtempSync(join(tmpdir(), 'bottleship-agent-'));
  node = await startNodeHost({ dataRoot });
  await node.host.ready;
  if (!(node.host.guest instanceof AgentClient)) throw new Error('the guest is no agent');
  guest = node.host.guest;
});

afterAll(() => {
  node.dispose();
  rmSync(dataRoot, { recursive: true, force: true });
  mkdirSync(new URL('../artifacts', import.meta.url), { recursive: true });
  const path = new URL('../artifacts/agent.json', import.meta.url);
  writeFileSync(path, `${JSON.stringify(figures, null, 2)}\n`);
  console.log('agent figures', figures);
});

const path = 'PATH=/usr/sbin:/usr/bin:/sbin:/bin';
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function steps(operations: readonly SetupOperation[]): SetupPlan['before'] {
  return operations.map((operation) => ({ operation, cause: 'Test' }));
}

function planOf(
  argv: readonly [string, ...string[]],
  options: {
    readonly clone?: Partial<CloneOptions>;
    readonly child?: readonly SetupOperation[];
  } = {},
): SetupPlan {
  const exec: SetupOperation = { op: 'exec', path: argv[0], argv, env: [path, 'TERM=xterm'] };
  return {
    before: [],
    clone: { namespaces: [], ...options.clone },
    child: steps([...(options.child ?? []), exec]),
  };
}

async function read(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of stream) text += decoder.decode(chunk, { stream: true });
  return text;
}

/** The first success of what a program on the machine must get ready for. */
async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (tries === 100) throw error;
      await pause(50);
    }
  }
}

interface Outcome extends ExitStatus {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a shell command to its end. */
async function shell(command: string, options?: Parameters<typeof planOf>[1]): Promise<Outcome> {
  const stdio = { stdin: false, stdout: true, stderr: true };
  const process = await guest.run(planOf(['sh', '-c', command], options), { stdio });
  const [stdout, stderr] = await Promise.all([read(process.stdout), read(process.stderr)]);
  return { stdout, stderr, ...(await process.exit) };
}

const inNamespaces: readonly SetupOperation[] = [
  { op: 'mount', source: '', target: '/', fstype: '', flags: ['rprivate'], data: '' },
  { op: 'mount', source: 'proc', target: '/proc', fstype: 'proc', flags: [], data: '' },
  { op: 'sethostname', name: 'inner' },
  { op: 'linkUp', name: 'lo' },
];

describe('processes', () => {
  test('output, error and exit code come back, each on its own', async () => {
    const outcome = await shell('echo out; echo err >&2; exit 7');
    expect(outcome).toEqual({ stdout: 'out\n', stderr: 'err\n', code: 7 });
  });

  test('death by a signal is told as a shell does', async () => {
    expect(await shell('kill -9 $$')).toMatchObject({ code: 137, signal: 9 });
  });

  test('input reaches the program and ends', async () => {
    const stdio = { stdin: true, stdout: true, stderr: false };
    const process = await guest.run(planOf(['sort']), { stdio });
    const writer = process.stdin.getWriter();
    await writer.write(encode('b\na\n'));
    await writer.close();
    expect(await read(process.stdout)).toBe('a\nb\n');
  });

  test('nothing of the agent is left in a new process', async () => {
    const { stdout } = await shell('ls /proc/self/fd; grep -E ^Sig[BI] /proc/self/status');
    expect(stdout.split('\n').slice(0, 4)).toEqual(['0', '1', '2', '3']);
    expect(stdout).toMatch(/SigBlk:\t0{16}\nSigIgn:\t0{16}\n/);
  });

  test('signal() reaches the process, and one that is gone is notFound', async () => {
    const process = await guest.run(planOf(['sleep', '100']));
    await process.signal(15);
    expect(await process.exit).toEqual({ code: 143, signal: 15 });
    await expect(process.signal(15)).rejects.toMatchObject({ kind: 'notFound' });
    await expect(guest.signal(99_999_999, 15)).rejects.toMatchObject({ kind: 'notFound' });
    await expect(guest.signal(1, 9)).rejects.toMatchObject({ kind: 'notFound' });
  });

  test('a failed step is named with its errno and path', async () => {
    const failing = guest.run(planOf(['/nowhere/x']));
    await expect(failing).rejects.toMatchObject({
      kind: 'notFound',
      cause: { failure: { section: 'child', operation: 'exec', path: '/nowhere/x' } },
    });
    const applying = guest.apply({ before: steps([{ op: 'rmdir', path: '/proc' }]) });
    await expect(applying).rejects.toMatchObject({ cause: { failure: { operation: 'rmdir' } } });
  });

  test('rmdir of a busy directory takes nothing that is mounted there', async () => {
    await shell('mkdir /tmp/busy; mount -t tmpfs tmpfs /tmp/busy; mkdir /tmp/busy/kept');
    const applying = guest.apply({ before: steps([{ op: 'rmdir', path: '/tmp/busy' }]) });
    await expect(applying).rejects.toMatchObject({ cause: { failure: { errnoName: 'EBUSY' } } });
    const { stdout } = await shell('ls /tmp/busy; umount /tmp/busy; rmdir /tmp/busy');
    expect(stdout).toBe('kept\n');
  });

  test('an aborted run leaves no process behind', async () => {
    const abort = new AbortController();
    const running = guest.run(
      planOf(['sleep', '4242'], { child: [{ op: 'rmdir', path: '/proc/self' }] }),
      { signal: abort.signal },
    );
    queueMicrotask(() => abort.abort());
    await expect(running).rejects.toThrow();
    await pause(100);
    expect((await shell('pgrep -f "sleep 424[2]"')).stdout).toBe('');
  });

  test('capabilities, user, groups, limits and umask are as planned', async () => {
    const none = { permitted: [], effective: [], inheritable: [], ambient: [] };
    const { stdout } = await shell(
      'grep -E "^(Uid|Groups|CapBnd|NoNew)" /proc/self/status; ulimit -n; umask',
      {
        child: [
          { op: 'rlimit', resource: 'RLIMIT_NOFILE', soft: 100n, hard: 200n },
          { op: 'umask', mask: 0o77 },
          { op: 'noNewPrivileges' },
          { op: 'capabilities', bounding: ['CAP_CHOWN', 'CAP_KILL'], ...none },
          { op: 'setUser', uid: 1000, gid: 1000, groups: [5, 70_000] },
        ],
      },
    );
    expect(stdout.replaceAll(/\s+/g, ' ').trim()).toBe(
      'Uid: 1000 1000 1000 1000 Groups: 5 70000 CapBnd: 0000000000000021 NoNewPrivs: 1 100 0077',
    );
  });

  test('a seccomp filter holds', async () => {
    // Load the number of the call; uname (122) fails with EPERM, everything else is allowed.
    const instructions = [
      [0x20, 0, 0, 0, 0, 0, 0, 0],
      [0x15, 0, 0, 1, 122, 0, 0, 0],
      [0x06, 0, 0, 0, 1, 0, 5, 0],
      [0x06, 0, 0, 0, 0, 0, 0xff, 0x7f],
    ];
    const program = Uint8Array.from(instructions.flat());
    const plan = { child: [{ op: 'seccomp', program, log: false } as const] };
    const { stderr, code } = await shell('exec uname', plan);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/cannot get system name/);
  });
});

describe('terminals', () => {
  /** Types at a shell on a terminal, and reads what it shows. */
  function terminal(process: GuestProcess): {
    type(text: string): Promise<void>;
    until(pattern: RegExp): Promise<string>;
  } {
    const writer = process.stdin.getWriter();
    let shown = '';
    void (async () => {
      for await (const chunk of process.stdout) shown += new TextDecoder().decode(chunk);
    })();
    return {
      type: (text) => writer.write(encode(text)),
      async until(pattern) {
        for (let i = 0; i < 500 && !pattern.test(shown); i++) await pause(20);
        expect(shown).toMatch(pattern);
        return shown;
      },
    };
  }

  test('a shell has a terminal, its size, and Ctrl-C', async () => {
    const child: SetupOperation[] = [{ op: 'terminal', columns: 90, rows: 30 }];
    const stdio = { stdin: true, stdout: true, stderr: true };
    const process = await guest.run(planOf(['sh'], { child }), { stdio });
    const { type, until } = terminal(process);
    await type('stty size; tty\n');
    await until(/30 90\r\n\/dev\/pts\/\d/);
    await process.resize(100, 40);
    await type('stty size\n');
    await until(/40 100\r\n/);
    await type('echo go; sleep 100\n');
    await until(/go\r\n/);
    await pause(200);
    await type('\x03');
    await type('echo code $?; exit 3\n');
    await until(/code 130\r\n/);
    expect(await process.exit).toEqual({ code: 3 });
  });

  test('docker on the machine stops with Ctrl-Z, goes on, and leaves the terminal sane', async () => {
    const invocations: DockerInvocation[] = [];
    const signals: number[] = [];
    const handler = guest.onDocker((invocation) => {
      invocations.push(invocation);
      invocation.onSignal((number) => {
        signals.push(number);
        if (number === 2) void invocation.exit(130);
      });
      void invocation.stdout.getWriter().write(encode('waiting\n'));
      if (invocation.argv[1] === 'raw') void invocation.setRawMode(true);
    });
    const child: SetupOperation[] = [{ op: 'terminal', columns: 80, rows: 24 }];
    const stdio = { stdin: true, stdout: true, stderr: true };
    const process = await guest.run(planOf(['bash', '--norc', '-i'], { child }), { stdio });
    const { type, until } = terminal(process);
    await type('docker wait\n');
    await until(/waiting\r\n/);
    await type('\x1a');
    await until(/Stopped/);
    await type('fg\n');
    await until(/fg\r\n[^]*docker wait\r\n/);
    await pause(300);
    await type('\x03');
    await type('echo code $?\n');
    await until(/code 130\r\n/);
    expect(signals).toEqual([20, 18, 2]);
    await type('docker raw\n');
    await until(/waiting\r\n[^]*waiting\n/);
    const reader = invocations[1]?.stdin.getReader();
    await type('\x03');
    expect((await reader?.read())?.value).toEqual(Uint8Array.of(3));
    await invocations[1]?.exit(0);
    await until(/waiting\n[^]*[$#] $/);
    await type('stty -a | grep -o -w -e -*icanon; exit\n');
    await until(/[\r\n]icanon\r\n/);
    await process.exit;
    handler.dispose();
  });
});

describe('docker and its socket on the machine', () => {
  test('argv, environment, directory, streams and exit code are the program’s', async () => {
    const seen: DockerInvocation[] = [];
    const handler = guest.onDocker((invocation) => {
      seen.push(invocation);
      void (async () => {
        const stdout = invocation.stdout.getWriter();
        for await (const chunk of invocation.stdin) await stdout.write(chunk);
        await invocation.stderr.getWriter().write(encode('error\n'));
        await invocation.exit(42);
      })();
    });
    const { stdout, stderr } = await shell('cd /etc; echo in | X=y docker a "b c" ""; echo $?');
    expect({ stdout, stderr }).toEqual({ stdout: 'in\n42\n', stderr: 'error\n' });
    expect(seen[0]).toMatchObject({
      argv: ['docker', 'a', 'b c', ''],
      workingDirectory: '/etc',
      terminal: { stdin: false, stdout: false, stderr: false },
    });
    expect(seen[0]?.env).toMatchObject({ X: 'y' });
    handler.dispose();
  });

  test('input that a command does not want stays for the next one', async () => {
    const handler = guest.onDocker((invocation) => void invocation.exit(0));
    const { stdout } = await shell(
      'printf "1\\n2\\n3\\n" | while read x; do docker; echo $x; done',
    );
    expect(stdout).toBe('1\n2\n3\n');
    handler.dispose();
  });

  test('a large output comes whole, and a broken pipe ends the invocation', async () => {
    const chunk = new Uint8Array(65536).fill(65);
    const gone: boolean[] = [];
    const handler = guest.onDocker((invocation) => {
      void (async () => {
        const stdout = invocation.stdout.getWriter();
        try {
          for (let i = 0; i < 64; i++) await stdout.write(chunk);
          await invocation.exit(0);
        } catch {
          gone.push(invocation.signal.aborted);
        }
      })();
    });
    const { stdout } = await shell('docker | wc -c; docker | head -c 3; echo');
    expect(stdout).toBe(`${64 * 65536}\nAAA\n`);
    for (let i = 0; i < 100 && gone.length === 0; i++) await pause(20);
    expect(gone).toEqual([true]);
    handler.dispose();
  });

  test('a connection to docker.sock reaches the host both ways', async () => {
    const handler = guest.onSocket(({ readable, writable }: Duplex) => {
      void readable.pipeTo(writable);
    });
    const { readable, writable } = await guest.connect({
      kind: 'unix',
      path: '/var/run/docker.sock',
    });
    const writer = writable.getWriter();
    await writer.write(encode('GET /'));
    await writer.close();
    expect(await read(readable)).toBe('GET /');
    handler.dispose();
  });
});

describe('namespaces and cgroups', () => {
  const cgroup = '/sys/fs/cgroup/docker/agent-test';

  test('a process starts in its cgroup and namespaces, others join, and an OOM kill is told', async () => {
    await guest.apply({
      before: steps([
        { op: 'mkdir', path: cgroup, mode: 0o755, parents: true },
        { op: 'write', path: `${cgroup}/memory.max`, content: String(6 * mebibyte) },
      ]),
    });
    const events: string[] = [];
    const watch = await guest.watchFile(`${cgroup}/memory.events`, (text) => events.push(text));
    const clone: CloneOptions = { namespaces: ['mnt', 'pid', 'net', 'uts', 'ipc'], cgroup };
    const first = await guest.run(planOf(['sleep', '1000'], { clone, child: inNamespaces }));
    expect(await shell('cat /proc/self/cgroup', { clone, child: inNamespaces })).toMatchObject({
      stdout: '0::/docker/agent-test\n',
    });
    const join = steps([
      { op: 'setns', pid: first.pid, namespaces: ['mnt', 'pid', 'net', 'uts', 'ipc'] },
    ]);
    const joined = await shell('hostname; cat /proc/1/comm; exit 5', {
      clone: { namespaces: [], cgroup, join },
    });
    expect(joined).toMatchObject({ stdout: 'inner\nsleep\n', code: 5 });
    const hog = await shell('head -c 50m /dev/zero | tail -c 40m > /dev/null', { clone });
    expect(hog.code).not.toBe(0);
    for (let i = 0; i < 100 && !/oom_kill [1-9]/.test(events.at(-1) ?? ''); i++) await pause(20);
    expect(events.at(-1)).toMatch(/oom_kill [1-9]/);
    watch.dispose();
    await first.signal(9);
    await first.exit;
    await guest.apply({ before: steps([{ op: 'rmdir', path: cgroup }]) });
  });

  test('connect() reaches a server in the network namespace of a process only', async () => {
    const clone: Partial<CloneOptions> = { namespaces: ['mnt', 'net'] };
    const child: SetupOperation[] = [{ op: 'linkUp', name: 'lo' }];
    const argv = ['socat', 'TCP-LISTEN:80,bind=127.0.0.1', 'EXEC:cat'] as const;
    const process = await guest.run(planOf([...argv], { clone, child }));
    const target = { kind: 'tcp', host: '127.0.0.1', port: 80 } as const;
    const inside = { ...target, netnsPid: process.pid };
    const { readable, writable } = await eventually(() => guest.connect(inside));
    const writer = writable.getWriter();
    await writer.write(encode('ping\n'));
    await writer.close();
    expect(await read(readable)).toBe('ping\n');
    await expect(guest.connect(target)).rejects.toMatchObject({ kind: 'unavailable' });
    expect(await process.exit).toEqual({ code: 0 });
  });

  test('an overlay of more layers than a page holds is mounted', async () => {
    const layers = Array.from(
      { length: 90 },
      (_, i) => `/var/lib/docker/test/${'x'.repeat(60)}${i}`,
    );
    const at = '/var/lib/docker/test';
    await guest.apply({
      before: steps([
        ...layers.flatMap((layer, i): SetupOperation[] => [
          { op: 'mkdir', path: layer, mode: 0o755, parents: true },
          { op: 'writeFile', path: `${layer}/f${i}`, content: encode('x'), mode: 0o644 },
        ]),
        ...['u', 'w', 'm'].map((name): SetupOperation => ({
          op: 'mkdir',
          path: `${at}/${name}`,
          mode: 0o755,
          parents: true,
        })),
        {
          op: 'mount',
          source: 'overlay',
          target: `${at}/m`,
          fstype: 'overlay',
          flags: [],
          data: `lowerdir=${layers.join(':')},upperdir=${at}/u,workdir=${at}/w,xino=off,index=off`,
        },
      ]),
    });
    expect((await guest.readDirectory(`${at}/m`)).length).toBe(90);
    await guest.apply({
      before: steps([
        { op: 'umount', target: `${at}/m`, detach: false },
        { op: 'removeTree', path: at },
      ]),
    });
  });
});

describe('files and archives', () => {
  test('files are written, read, described and listed', async () => {
    await guest.writeFile('/tmp/file', encode('content'), { mode: 0o600 });
    expect(new TextDecoder().decode(await guest.readFile('/tmp/file'))).toBe('content');
    expect(await guest.stat('/tmp/file')).toMatchObject({
      type: 'file',
      mode: 0o600,
      sizeBytes: 7,
    });
    await shell('ln -s /tmp/file /tmp/link');
    expect(await guest.stat('/tmp/link')).toMatchObject({ type: 'symlink', target: '/tmp/file' });
    expect(await guest.readDirectory('/tmp')).toContain('file');
    await expect(guest.readFile('/tmp/none')).rejects.toMatchObject({ kind: 'notFound' });
    await expect(guest.readFile('/tmp')).rejects.toMatchObject({ kind: 'invalidParameter' });
    await expect(guest.readFile('/tmp/file', { sizeBytesMax: 3 })).rejects.toMatchObject({
      kind: 'resourceExhausted',
    });
  });

  test('a root is not left, whatever symlinks say', async () => {
    await shell(
      'mkdir -p /tmp/root/etc; cd /tmp/root; ln -s /etc abs; ln -s ../../../../etc rel;' +
        ' echo inside > etc/hostname',
    );
    for (const name of ['/abs/hostname', '/rel/hostname', '/../../etc/hostname']) {
      const content = await guest.readFile(name, { root: '/tmp/root' });
      expect(new TextDecoder().decode(content)).toBe('inside\n');
    }
  });

  test('an archive comes back as it was: links, owners, modes, capabilities, whiteouts', async () => {
    await shell(
      'mkdir -p /var/lib/docker/tmp/a/dir; cd /var/lib/docker/tmp/a; echo 1 > file; ln file hard; ln -s ../x sym; mkfifo fifo;' +
        ' chmod 4755 dir; chown 70000:4000000 file; touch $(printf "%0150d" 7)',
    );
    await guest.apply({
      before: steps([
        {
          op: 'mknod',
          path: '/var/lib/docker/tmp/a/gone',
          type: 'char',
          mode: 0o600,
          major: 0,
          minor: 0,
        },
        { op: 'mkdir', path: '/var/lib/docker/tmp/b', mode: 0o755, parents: true },
      ]),
    });
    await guest.writeTar('/var/lib/docker/tmp/b', guest.readTar('/var/lib/docker/tmp/a'));
    await guest.apply({
      before: steps([
        { op: 'copyTree', from: '/var/lib/docker/tmp/b/a', to: '/var/lib/docker/tmp/c' },
      ]),
    });
    const list = 'find . | sort | xargs stat -c "%N %A %u:%g %h %Y"';
    const [before, unpacked, copied] = await Promise.all(
      ['/var/lib/docker/tmp/a', '/var/lib/docker/tmp/b/a', '/var/lib/docker/tmp/c'].map(
        async (place) => (await shell(`cd ${place}; ${list}`)).stdout,
      ),
    );
    expect(unpacked).toBe(before);
    expect(copied).toBe(before);
    await guest.writeTar(
      '/var/lib/docker/tmp/b',
      guest.readTar('/var/lib/docker/tmp/a/.', { overlayUpper: true }),
    );
    const { stdout } = await shell('ls -A /var/lib/docker/tmp/b');
    expect(stdout).toContain('.wh.gone\n');
  });

  test.each(Object.keys(hostileTars))('a hostile archive stays inside: %s', async (name) => {
    await shell('rm -rf /tmp/h; mkdir -p /tmp/h; echo secret > /tmp/secret');
    await guest.writeTar('/tmp/h', tarOf(hostileTars[name] ?? [])).catch(() => {});
    const outside = await shell(
      'ls -d /evil* /tmp/evil* /etc/evil* /proc/1/root/evil* 2>/dev/null; cat /tmp/secret; stat -c %h /tmp/secret',
    );
    expect(outside.stdout).toBe('secret\n1\n');
  });

  test('an archive that is cut off, or is none, is dataLoss', async () => {
    const whole = new Uint8Array(
      await new Response(bodyOf(guest.readTar('/var/lib/docker/tmp/a'))).arrayBuffer(),
    );
    const cut = new Blob([whole.slice(0, 700)]).stream();
    await expect(guest.writeTar('/tmp/h', cut)).rejects.toMatchObject({ kind: 'dataLoss' });
    const junk = new Blob([new Uint8Array(2000).fill(7)]).stream();
    await expect(guest.writeTar('/tmp/h', junk)).rejects.toMatchObject({ kind: 'dataLoss' });
  });
});

describe('figures', () => {
  test('round trip', async () => {
    const times: number[] = [];
    for (let i = 0; i < 200; i++) {
      const begin = performance.now();
      await guest.signal(99_999_999, 0).catch(() => {});
      times.push(performance.now() - begin);
    }
    figures['roundTripMs'] = median(times);
    expect(figures['roundTripMs']).toBeLessThan(200);
  });

  test('a process', async () => {
    const times: number[] = [];
    for (let i = 0; i < 20; i++) {
      const begin = performance.now();
      await (
        await guest.run(planOf(['/bin/true']))
      ).exit;
      times.push(performance.now() - begin);
    }
    figures['processMs'] = median(times);
    expect(figures['processMs']).toBeLessThan(2000);
  });

  test('throughput both ways', async () => {
    const size = 32 * mebibyte;
    const stdio = { stdin: true, stdout: true, stderr: false };
    let begin = performance.now();
    const source = await guest.run(planOf(['dd', 'if=/dev/zero', 'bs=64k', 'count=512']), {
      stdio,
    });
    let received = 0;
    for await (const chunk of source.stdout) received += chunk.length;
    expect(received).toBe(size);
    figures['fromGuestMBps'] = size / 1000 / (performance.now() - begin);
    begin = performance.now();
    const sink = await guest.run(planOf(['wc', '-c']), { stdio });
    const writer = sink.stdin.getWriter();
    for (let sent = 0; sent < size; sent += 65536) await writer.write(new Uint8Array(65536));
    await writer.close();
    expect((await read(sink.stdout)).trim()).toBe(String(size));
    figures['toGuestMBps'] = size / 1000 / (performance.now() - begin);
  });
});

describe('a broken link', () => {
  test('frames that are none change nothing', async () => {
    const frame = new Uint8Array(64);
    frame.set([0x88, 0xb5, 1, 0, 0xff, 0xff], 12);
    await node.machine.channel.send(frame);
    await node.machine.channel.send(new Uint8Array(20));
    expect(await shell('echo still here')).toMatchObject({ stdout: 'still here\n' });
  });

  test('a lost frame fails what waits, and a new client starts over', async () => {
    const running = await guest.run(planOf(['sleep', '1000']));
    const ended = expect(running.exit).rejects.toMatchObject({ kind: 'unavailable' });
    const gap = new Uint8Array(26);
    gap.set([0x88, 0xb5, 1, 0, 0, 0, 0xff, 0xff], 12);
    await node.machine.channel.send(gap);
    await ended;
    // The agent greets again by itself, and the same client goes on.
    expect(await shell('echo again')).toMatchObject({ stdout: 'again\n' });
    node.host.dispose();
    const second = new AgentClient(node.machine.channel, { resume: true });
    const process = await second.run(planOf(['/bin/true']));
    expect(await process.exit).toEqual({ code: 0 });
    second.dispose();
  });
});

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round((sorted[Math.floor(sorted.length / 2)] ?? 0) * 100) / 100;
}

function bodyOf(stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array<ArrayBuffer>> {
  return stream as ReadableStream<Uint8Array<ArrayBuffer>>;
}
