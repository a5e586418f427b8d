/** Programs written for Docker, from npm, against `bottleship serve`: dockerode, testcontainers, a WebSocket client. */
import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import Docker from 'dockerode';
import { GenericContainer, Wait } from 'testcontainers';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { startServe, type ServedProcess } from '../support/serve.ts';
import { tarOf } from '../support/tars.ts';

let served: ServedProcess;
let docker: Docker;

beforeAll(async () => {
  served = await startServe();
  docker = new Docker({ socketPath: served.socketPath });
}, 180_000);

afterAll(async () => {
  vi.unstubAllEnvs();
  await served.stop();
});

/** Standard output and errors of a multiplexed stream, once it ended. */
async function demultiplexed(stream: NodeJS.ReadableStream): Promise<[string, string]> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  docker.modem.demuxStream(stream, stdout, stderr);
  const ended = once(stream, 'end').then(() => {
    stdout.end();
    stderr.end();
  });
  const both = Promise.all([text(stdout), text(stderr)]);
  await ended;
  return both;
}

describe('dockerode', () => {
  test('pulls with progress', async () => {
    const stream = await docker.pull('busybox');
    const messages: { status?: string }[] = await new Promise((resolve, reject) => {
      docker.modem.followProgress(stream, (error, output) =>
        error === null ? resolve(output as { status?: string }[]) : reject(error),
      );
    });
    expect(messages.at(-1)?.status).toMatch(/^Status: /);
    const images = await docker.listImages();
    expect(images.map(({ RepoTags }) => RepoTags)).toEqual([['busybox:latest']]);
  });

  test('creates, attaches, starts, waits and reads the log', async () => {
    const script = 'read line; echo got $line; echo warn >&2; exit 4';
    const container = await docker.createContainer({
      Image: 'busybox',
      Cmd: ['sh', '-c', script],
      OpenStdin: true,
      StdinOnce: true,
      name: 'rode',
    });
    const stream = await container.attach({
      stream: true,
      stdin: true,
      stdout: true,
      stderr: true,
      hijack: true,
    });
    const output = demultiplexed(stream);
    await container.start();
    stream.write('input\n');
    stream.end();
    expect(await output).toEqual(['got input\n', 'warn\n']);
    expect(await container.wait()).toMatchObject({ StatusCode: 4 });
    const logs = await container.logs({ stdout: true, stderr: false, follow: false });
    expect(logs.subarray(8).toString()).toBe('got input\n');
    expect((await container.inspect()).State).toMatchObject({ Status: 'exited', ExitCode: 4 });
    await container.remove();
    await expect(container.inspect()).rejects.toMatchObject({ statusCode: 404 });
  });

  test('executes in a container, reads its statistics and copies files', async () => {
    const container = await docker.createContainer({ Image: 'busybox', Cmd: ['sleep', '1000'] });
    await container.start();
    const exec = await container.exec({
      Cmd: ['sh', '-c', 'cat; echo done >&2'],
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
    });
    const stream = await exec.start({ hijack: true, stdin: true });
    stream.write('through');
    stream.end();
    expect(await demultiplexed(stream)).toEqual(['through', 'done\n']);
    expect(await exec.inspect()).toMatchObject({ Running: false, ExitCode: 0 });

    const stats = await container.stats({ stream: false });
    expect(stats.memory_stats.usage).toBeGreaterThan(0);
    expect(stats.cpu_stats.system_cpu_usage).toBeGreaterThan(0);

    const tar = tarOf([{ name: 'copied.txt', type: '0', content: 'content' }]);
    const packed = Buffer.from(await new Response(tar).arrayBuffer());
    await container.putArchive(packed, { path: '/tmp' });
    const archive = await container.getArchive({ path: '/tmp/copied.txt' });
    const chunks: Buffer[] = [];
    for await (const chunk of archive) chunks.push(Buffer.from(chunk));
    expect(Buffer.concat(chunks).includes('content')).toBe(true);
    await container.remove({ force: true });
  });

  test('builds an image from a tar', async () => {
    const lines = 'FROM busybox\nCOPY word /word\nRUN cat /word\n';
    const members = [
      { name: 'Dockerfile', type: '0', content: lines },
      { name: 'word', type: '0', content: 'built by dockerode\n' },
    ];
    const packed = Buffer.from(await new Response(tarOf(members)).arrayBuffer());
    const stream = await docker.buildImage(Readable.from([packed]), {
      t: 'rode',
      labels: { by: 'rode' },
    });
    const messages: { stream?: string; aux?: { ID: string } }[] = await new Promise(
      (resolve, reject) => {
        docker.modem.followProgress(stream, (error, output) =>
          error === null ? resolve(output as typeof messages) : reject(error),
        );
      },
    );
    expect(messages.map((message) => message.stream ?? '').join('')).toContain(
      'built by dockerode\n',
    );
    const { Id, Config } = await docker.getImage('rode').inspect();
    expect([Id, Config.Labels]).toEqual([
      messages.find(({ aux }) => aux !== undefined)?.aux?.ID,
      expect.objectContaining({ by: 'rode' }),
    ]);
  });

  test('hears of events and keeps volumes', async () => {
    const events = (await docker.getEvents({ filters: { type: ['volume'] } })) as Readable;
    const heard = once(events, 'data');
    await docker.createVolume({ Name: 'kept', Labels: { by: 'dockerode' } });
    const [line] = (await heard) as [Buffer];
    expect(JSON.parse(line.toString())).toMatchObject({ Action: 'create', Actor: { ID: 'kept' } });
    events.destroy();
    const { Volumes } = await docker.listVolumes({ filters: { label: ['by=dockerode'] } });
    expect(Volumes.map(({ Name }) => Name)).toEqual(['kept']);
    await docker.getVolume('kept').remove();
    await expect(docker.getVolume('kept').inspect()).rejects.toMatchObject({ statusCode: 404 });
  });
});

test('a WebSocket attaches to a container', async () => {
  const container = await docker.createContainer({
    Image: 'busybox',
    OpenStdin: true,
    Cmd: ['cat'],
  });
  await container.start();
  const query = 'stream=1&stdin=1&stdout=1';
  const path = `/v1.51/containers/${container.id}/attach/ws?${query}`;
  const socket = new WebSocket(`ws+unix://${served.socketPath}:${path}`);
  await once(socket, 'open');
  socket.send('over the wire');
  const [data, isBinary] = (await once(socket, 'message')) as [Buffer, boolean];
  expect([data.toString(), isBinary]).toEqual(['over the wire', true]);
  const closed = once(socket, 'close');
  await container.kill();
  expect((await closed)[0]).toBe(1000);
  await container.remove();
});

test('testcontainers starts a container, waits for its log, executes and copies', async () => {
  vi.stubEnv('DOCKER_HOST', served.host);
  vi.stubEnv('TESTCONTAINERS_RYUK_DISABLED', 'true');
  const container = await new GenericContainer('busybox')
    .withCommand(['sh', '-c', 'cat /given; echo ready to serve; exec sleep 1000'])
    .withCopyContentToContainer([{ content: 'given content\n', target: '/given' }])
    .withEnvironment({ KEY: 'value' })
    .withLabels({ by: 'testcontainers' })
    .withWaitStrategy(Wait.forLogMessage('ready to serve'))
    .withStartupTimeout(60_000)
    .start();
  const { output, exitCode } = await container.exec(['sh', '-c', 'echo $KEY; cat /given']);
  expect([output, exitCode]).toEqual(['value\ngiven content\n', 0]);
  const log = await container.logs();
  const [first] = (await once(log, 'data')) as [string];
  expect(String(first)).toContain('given content');
  log.destroy();
  await container.stop();
  expect(
    await docker.listContainers({ all: true, filters: { label: ['by=testcontainers'] } }),
  ).toEqual([]);
});
