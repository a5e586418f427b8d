/** What of `docker build` needs a whole machine: its git and its network, files that are written there, Ctrl-C. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestEgress, type TestEgress } from '../support/egress.ts';
import { startTestHost, type TestHost } from '../support/host.ts';

const name = 'git.example';
let folder: string;
let daemon: ChildProcess;
let port: number;
let out: TestEgress;
let host: TestHost;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bottleship-git-'));
  makeRepository(join(folder, 'app'));
  port = await freePort();
  const serve = `daemon --reuseaddr --export-all --listen=127.0.0.1 --port=${port} --base-path=${folder}`;
  daemon = spawn('git', serve.split(' '), { stdio: 'ignore' });
  out = await startTestEgress(
    { allow: [`${name}:${port}`], allowPrivate: [name] },
    { resolver: async () => [{ address: '127.0.0.1', family: 4 }] },
  );
  host = await startTestHost({ egress: out.egress });
  await host.host.networkReady;
  await output('docker pull -q busybox');
});

afterAll(async () => {
  await host?.dispose();
  out?.dispose();
  daemon?.kill();
  rmSync(folder, { recursive: true, force: true });
});

/** A branch with a Dockerfile in a directory, and one before it. */
function makeRepository(path: string): void {
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.com', ...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  git('init', '-q', '-b', 'main', path);
  execFileSync('mkdir', [join(path, 'web')]);
  writeFileSync(join(path, 'web', 'Dockerfile'), 'FROM scratch\nCOPY page /page\n');
  writeFileSync(join(path, 'web', 'page'), 'first\n');
  git('-C', path, 'add', '.');
  git('-C', path, 'commit', '-q', '-m', 'one');
  git('-C', path, 'tag', 'v1');
  writeFileSync(join(path, 'web', 'page'), 'second\n');
  git('-C', path, 'commit', '-q', '-a', '-m', 'two');
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: free } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return free;
}

async function output(commandLine: string): Promise<string> {
  const { stdout, stderr, exitCode } = await host.run(commandLine);
  if (exitCode !== 0) throw new Error(`${commandLine}: exit ${exitCode}: ${stdout}${stderr}`);
  return stdout;
}

describe('docker build', () => {
  test('builds from a git repository: a directory of a branch, of a tag', async () => {
    const url = `git://${name}:${port}/app`;
    const page = (ref: string) => output(`docker build -q -o - '${url}#${ref}:web' | tar xO page`);
    expect([await page('main'), await page('v1')]).toEqual(['second\n', 'first\n']);
    const commit = execFileSync('git', ['-C', join(folder, 'app'), 'rev-parse', 'v1'], {
      encoding: 'utf8',
    }).trim();
    const add = `FROM scratch\\nADD --checksum=${commit} ${url}#v1 /app`;
    expect(await output(`printf '${add}' | docker build -q -o - - | tar t`)).toBe(
      'app/\napp/web/\napp/web/Dockerfile\napp/web/page\n',
    );
    const failure = async (source: string) => {
      const { exitCode, stderr } = await host.run(`docker build '${source}'`);
      return `${exitCode} ${stderr.split('\n').slice(-4).join('\n')}`;
    };
    expect(await failure(`${url}#nosuch`)).toBe(
      `1 ERROR: failed to solve: failed to fetch remote ${url}: git stderr:\nfatal: couldn't find remote ref nosuch\n: exit status 128\n`,
    );
    // The gateway's rules are git's too.
    expect(await failure('git://elsewhere.example/app')).toMatch(/^1 .*elsewhere.example/);
    expect(await output('ls -A /var/lib/docker/tmp')).toBe('');
    // Twenty runs of git in an emulator: half a minute where the machine has other work.
  }, 180_000);

  test('writes files and archives where the command runs', async () => {
    await output('mkdir -p /tmp/o && cd /tmp/o && echo one > one');
    await output(
      `cd /tmp/o && printf 'FROM scratch\\nCOPY one /d/\\n' > Dockerfile && docker build -q -o out -o type=oci,dest=layout.tar .`,
    );
    expect(await output('cd /tmp/o && find out -type f && tar tf layout.tar | grep index')).toBe(
      'out/d/one\nindex.json\n',
    );
    expect(await output('cd /tmp/o && docker build -q -o - . | tar x -O d/one')).toBe('one\n');
    const loaded = 'docker build -q -t saved --output type=docker,dest=- . | docker load';
    expect(await output(`cd /tmp/o && ${loaded}`)).toBe('Loaded image: saved:latest\n');
  });

  test('a file of the context may be called like a whiteout', async () => {
    await output('mkdir -p /tmp/wh && cd /tmp/wh && echo x > .wh.name && echo y > name');
    const lines = 'FROM scratch\\nCOPY . /c/\\n';
    await output(`cd /tmp/wh && printf '${lines}' | docker build -q -f - -o out .`);
    expect(await output('cat /tmp/wh/out/c/name')).toBe('y\n');
  });

  test('--ssh brings an agent, or keys for one, into RUN', async () => {
    // Busybox has no ssh-add: the machine's own, with its libraries.
    await output(`mkdir -p /tmp/ssh/user && cd /tmp/ssh && ssh-keygen -q -t ed25519 -N '' -C mine -f key
      cp -L --parents /usr/bin/ssh-add $(ldd /usr/bin/ssh-add | grep -o '/[^ ]*') user
      ssh-agent -a /tmp/ssh/agent > /dev/null; SSH_AUTH_SOCK=/tmp/ssh/agent ssh-add -q key
      printf '%s\\n' 'FROM scratch' 'COPY user /' 'RUN --mount=type=ssh,required ["/usr/bin/ssh-add","-l"]' \\
        'RUN --mount=type=ssh,id=file,required,target=/a,mode=0666,uid=7 --mount=type=ssh,id=none ["/usr/bin/ssh-add","-l"]' > Dockerfile`);
    const build = 'cd /tmp/ssh && SSH_AUTH_SOCK=/tmp/ssh/agent docker build --progress plain';
    const { exitCode, stderr } = await host.run(`${build} --ssh default --ssh file=key .`);
    const fingerprint = (await output('ssh-keygen -lf /tmp/ssh/key')).trim();
    expect([exitCode, stderr.split(fingerprint).length]).toEqual([0, 3]);
    expect(await output('ls /run/bottleship/ssh; pgrep socat || true')).toBe('');
    await output('pkill -x ssh-agent');
  }, 180_000);

  test('du lists what is kept, prune drops what a filter names', async () => {
    await output(`printf 'FROM busybox\\nRUN echo pruned > /p\\n' | docker build -q -`);
    const listed = await output('docker buildx du --verbose');
    expect(listed).toMatch(/Description:\s+RUN .*echo pruned/);
    expect(await output('docker buildx inspect')).toContain('Driver:');
    const id = /ID:\s+(\S+)(?:(?!\nID:)[^])*echo pruned/.exec(listed)?.[1];
    const pruned = await output(`docker builder prune -af --filter id=${id}`);
    expect(pruned).toContain(id);
    expect(await output('docker buildx du --verbose')).not.toContain('echo pruned');
  });

  test('Ctrl-C leaves no container, no mount and no layer', async () => {
    const before = await output('grep -c overlay /proc/mounts; docker buildx du | tail -n 1');
    const lines = 'FROM busybox\\nRUN --mount=type=tmpfs,target=/t echo be""gun && sleep 1000\\n';
    const build = `printf '${lines}' | docker build --progress plain - 2>/tmp/log`;
    const running = host.run(`cd /tmp && ( ${build} ); echo $?`);
    await host.run('until grep -q begun /tmp/log; do sleep 0.2; done');
    await output(`kill -INT $(pidof docker | tr ' ' '\\n' | sort -n | head -n 1)`);
    expect((await running).stdout).toBe('1\n');
    for (let tries = 0; tries < 50; tries += 1) {
      if ((await output('docker ps -aq')) === '') break;
      await delay(200);
    }
    expect(await output('docker ps -aq')).toBe('');
    expect(await output('ls /run/bottleship/build 2>/dev/null || true')).toBe('');
    expect(await output('grep -c overlay /proc/mounts; docker buildx du | tail -n 1')).toBe(before);
  });
});
