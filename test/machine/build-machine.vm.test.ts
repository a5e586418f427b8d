/** What of `docker build` needs the machine's own files: outputs that are written there, and what the builder keeps. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestHost, startTestHost } from '../support/host.ts';

let host: TestHost;

beforeAll(async () => {
  host = await startTestHost();
  await output('docker pull -q busybox');
});

afterAll(async () => {
  await host?.dispose();
});

async function output(commandLine: string): Promise<string> {
  const { stdout, stderr, exitCode } = await host.run(commandLine);
  if (exitCode !== 0) throw new Error(`${commandLine}: exit ${exitCode}: ${stdout}${stderr}`);
  return stdout;
}

describe('docker build', () => {
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

  test('du lists what is kept, prune drops what a filter names', async () => {
    await output(`printf 'FROM busybox\\nRUN echo pruned > /p\\n' | docker build -q -`);
    const listed = await output('docker buildx du --verbose');
    expect(listed).toMatch(/Description:\s+RUN .*echo pruned/);
    expect(await output('docker buildx inspect')).toContain('Driver:');
    const id = /ID:\s+(\S+)(?:(?!\nID:)[^])*echo pruned/.exec(listed)?.[1];
    const pruned = await output(`docker builder prune -f --filter id=${id}`);
    expect(pruned).toContain(id);
    expect(await output('docker buildx du --verbose')).not.toContain('echo pruned');
  });
});
