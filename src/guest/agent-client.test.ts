import { afterEach, describe, expect, it, vi } from 'vitest';
import { AgentClient } from './agent-client.ts';
import { FakeChannel, type SentMessage } from './fake-channel.ts';
import { SetupError, type DockerInvocation } from './guest.ts';
import type { SetupPlan } from './plan.ts';
import {
  channel as channels,
  controlKind,
  field,
  limit,
  messageType,
  openKind,
} from './protocol.ts';
import { BodyWriter, Fields } from './wire.ts';

const plan: SetupPlan = {
  before: [],
  clone: { namespaces: ['pid'] },
  child: [{ operation: { op: 'exec', path: 'true', argv: ['true'], env: [] }, cause: '' }],
};

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const started = new BodyWriter(controlKind.started).number(field.pid, 42).finish();
const result = Uint8Array.of(controlKind.result);

afterEach(() => vi.useRealTimers());

/** A client whose agent said hello; `answer` gets each opening request. */
function connected(answer: (message: SentMessage, agent: FakeChannel) => void = () => {}): {
  client: AgentClient;
  agent: FakeChannel;
} {
  const agent = new FakeChannel();
  agent.onMessage = (message) => {
    if (message.type === messageType.open) answer(message, agent);
  };
  const client = new AgentClient(agent);
  agent.hello();
  return { client, agent };
}

function reset(errno: number, message: string): Uint8Array {
  return new BodyWriter().number(field.errno, errno).text(field.message, message).finish();
}

async function readAll(stream: ReadableStream<Uint8Array>): Promise<string> {
  let all = '';
  for await (const chunk of stream) all += new TextDecoder().decode(chunk);
  return all;
}

const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

describe('AgentClient', () => {
  it('ready rejects unavailable when the agent never says hello', async () => {
    vi.useFakeTimers();
    const client = new AgentClient(new FakeChannel(), { helloTimeoutMs: 1000 });
    const waiting = client.stat('/');
    const checked = expect(waiting).rejects.toMatchObject({ kind: 'unavailable' });
    await vi.advanceTimersByTimeAsync(1000);
    await checked;
    await expect(client.ready).rejects.toThrow('No word from the agent for 1 s');
  });

  it('run() resolves when the program runs and tells its output and exit', async () => {
    const { client } = connected(({ stream }, agent) => {
      agent.message(stream, messageType.control, { bytes: started });
      agent.message(stream, messageType.data, { channel: channels.stdout, bytes: text('out') });
      agent.message(stream, messageType.eof, { channel: channels.stdout });
      const exit = new BodyWriter(controlKind.exit).number(field.code, 137).number(field.signal, 9);
      agent.message(stream, messageType.control, { bytes: exit.finish() });
      agent.message(stream, messageType.close);
    });
    const process = await client.run(plan);
    expect(process.pid).toBe(42);
    expect(await readAll(process.stdout)).toBe('out');
    expect(await readAll(process.stderr)).toBe('');
    expect(await process.exit).toEqual({ code: 137, signal: 9 });
    await expect(process.signal(15)).rejects.toMatchObject({ kind: 'notFound' });
  });

  it('run() rejects with the failed step as cause', async () => {
    const { client } = connected(({ stream }, agent) => {
      const failure = new BodyWriter(controlKind.failure)
        .number(field.section, 4)
        .number(field.step, 3)
        .number(field.operation, 29)
        .number(field.errno, 13)
        .text(field.path, '/x');
      agent.message(stream, messageType.control, { bytes: failure.finish() });
      agent.message(stream, messageType.close);
    });
    const error: unknown = await client.run(plan).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: 'forbidden' });
    const cause = error instanceof Error ? error.cause : undefined;
    expect(cause).toBeInstanceOf(SetupError);
    expect(cause).toMatchObject({
      failure: { section: 'child', step: 3, operation: 'exec', errnoName: 'EACCES', path: '/x' },
    });
  });

  it('run() is aborted by its signal and resets the stream', async () => {
    const { client, agent } = connected();
    const abort = new AbortController();
    const running = client.run(plan, { signal: abort.signal });
    const checked = expect(running).rejects.toMatchObject({ kind: 'cancelled' });
    await tick();
    abort.abort();
    await checked;
    await tick();
    expect(agent.sent(messageType.reset)).toHaveLength(1);
  });

  it('a request that the agent resets rejects with the kind of its errno', async () => {
    const { client } = connected(({ stream }, agent) =>
      agent.message(stream, messageType.reset, { bytes: reset(2, 'Cannot open "/x"') }),
    );
    const error = { kind: 'notFound', message: 'Cannot open "/x": ENOENT' };
    await expect(client.readFile('/x')).rejects.toMatchObject(error);
    await expect(client.stat('/x')).rejects.toMatchObject(error);
    await expect(readAll(client.readTar('/x'))).rejects.toMatchObject(error);
    await expect(client.connect({ kind: 'unix', path: '/x' })).rejects.toMatchObject(error);
  });

  it('a malformed message ends its stream and nothing else', async () => {
    const streams: number[] = [];
    const { client, agent } = connected(({ stream }) => streams.push(stream));
    const first = client.stat('/a');
    const second = client.stat('/b');
    const checked = expect(first).rejects.toMatchObject({ kind: 'dataLoss' });
    await tick();
    const junk = Uint8Array.of(controlKind.result, 1, 255, 255, 255, 255);
    agent.message(streams[0] ?? 0, messageType.control, { bytes: junk });
    await checked;
    agent.message(streams[1] ?? 0, messageType.control, { bytes: result });
    expect(await second).toMatchObject({ type: 'file' });
    await tick();
    expect(agent.sent(messageType.reset).map(({ stream }) => stream)).toEqual([streams[0]]);
  });

  it.each([
    ['data beyond the window', messageType.data, new Uint8Array(900), 200],
    ['an unknown type', 99, new Uint8Array(), 1],
    ['credit of a wrong size', messageType.credit, new Uint8Array(3), 1],
    ['more credit than the window', messageType.credit, Uint8Array.of(1, 0, 0, 0), 1],
  ])('%s resets the stream', async (_what, type, bytes, times) => {
    const { client, agent } = connected(({ stream }, fake) => {
      for (let i = 0; i < times; i++) {
        fake.message(stream, type, { channel: channels.stdout, bytes });
      }
    });
    await expect(client.stat('/')).rejects.toMatchObject({ kind: 'dataLoss' });
    await tick();
    const [sent] = agent.sent(messageType.reset);
    expect(new Fields(sent?.bytes ?? new Uint8Array()).number(field.errno)).toBe(74);
  });

  it('answers data of an unknown stream with a reset, and no other message', async () => {
    const { agent } = connected();
    agent.message(90, messageType.data, { channel: 1 });
    agent.message(92, messageType.reset);
    agent.message(94, messageType.credit);
    await tick();
    expect(agent.sent(messageType.reset).map(({ stream }) => stream)).toEqual([90]);
  });

  it('stdin waits when the credit is used up and goes on with more', async () => {
    const { client, agent } = connected(({ stream }, fake) =>
      fake.message(stream, messageType.control, { bytes: started }),
    );
    const process = await client.run(plan);
    const writer = process.stdin.getWriter();
    let written = false;
    void writer.write(new Uint8Array(limit.streamWindow + 1)).then(() => (written = true));
    await tick();
    expect(written).toBe(false);
    agent.credit(2, channels.stdin, limit.streamCreditBatch);
    await tick();
    expect(written).toBe(true);
    const size = agent.sent(messageType.data).reduce((sum, { bytes }) => sum + bytes.length, 0);
    expect(size).toBe(limit.streamWindow + 1);
  });

  it('output gives credit back only as it is read', async () => {
    const { client, agent } = connected(({ stream }, fake) =>
      fake.message(stream, messageType.control, { bytes: started }),
    );
    const process = await client.run(plan);
    for (let i = 0; i < 64; i++) {
      const bytes = new Uint8Array(900);
      agent.message(2, messageType.data, { channel: channels.stdout, bytes });
    }
    await tick();
    expect(agent.sent(messageType.credit)).toEqual([]);
    const { value } = await process.stdout.getReader().read();
    expect(value).toHaveLength(64 * 900);
    await tick();
    expect(agent.sent(messageType.credit)).toHaveLength(1);
  });

  it('a reset in the middle errors output and exit', async () => {
    const { client, agent } = connected(({ stream }, fake) =>
      fake.message(stream, messageType.control, { bytes: started }),
    );
    const process = await client.run(plan);
    agent.message(2, messageType.reset, { bytes: reset(5, 'Disk is broken') });
    await expect(readAll(process.stdout)).rejects.toThrow('Disk is broken: EIO');
    await expect(process.exit).rejects.toMatchObject({ kind: 'system' });
    await expect(process.stdin.getWriter().write(text('x'))).rejects.toThrow('Disk is broken');
  });

  it('fail() and a lost link reject everything that waits', async () => {
    const { client, agent } = connected();
    const waiting = client.stat('/');
    const checked = expect(waiting).rejects.toMatchObject({ kind: 'unavailable' });
    await tick();
    agent.frame(0, new Uint8Array(), 77);
    await checked;
    const other = connected();
    const pending = other.client.stat('/');
    const alsoChecked = expect(pending).rejects.toThrow('Machine is not available: it halted');
    await tick();
    other.client.fail('it halted');
    await alsoChecked;
  });

  it('a request after fail() rejects at once, even when the link is lost after that', async () => {
    const { client, agent } = connected();
    client.fail('it halted');
    await expect(client.stat('/')).rejects.toThrow('Machine is not available: it halted');
    agent.frame(0, new Uint8Array(), 77);
    await expect(client.stat('/')).rejects.toThrow('Machine is not available: it halted');
    expect(agent.sent(messageType.open)).toEqual([]);
  });

  it('a request after a lost link waits for the next hello', async () => {
    const { client, agent } = connected(({ stream }, fake) =>
      fake.message(stream, messageType.control, { bytes: result }),
    );
    agent.frame(0, new Uint8Array(), 77);
    const waiting = client.stat('/');
    await tick();
    expect(agent.sent(messageType.open)).toEqual([]);
    agent.hello(1);
    expect(await waiting).toMatchObject({ type: 'file' });
  });

  it('readFile() stops at its limit', async () => {
    const { client } = connected(({ stream }, agent) => {
      for (let i = 0; i < 3; i++) {
        agent.message(stream, messageType.data, {
          channel: channels.stdout,
          bytes: new Uint8Array(100),
        });
      }
    });
    await expect(client.readFile('/x', { sizeBytesMax: 150 })).rejects.toMatchObject({
      kind: 'resourceExhausted',
    });
  });

  it('readTar() is an error when the agent does not say that it is whole', async () => {
    const { client } = connected(({ stream }, agent) => {
      agent.message(stream, messageType.data, { channel: channels.stdout, bytes: text('half') });
      agent.message(stream, messageType.eof, { channel: channels.stdout });
      agent.message(stream, messageType.close);
    });
    await expect(readAll(client.readTar('/x'))).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('watchFile() tells each content until it is disposed', async () => {
    const { client, agent } = connected(({ stream }, fake) =>
      fake.message(stream, messageType.control, { bytes: result }),
    );
    const contents: string[] = [];
    const watch = await client.watchFile('/events', (content) => contents.push(content));
    const changed = new BodyWriter(controlKind.content).text(field.content, 'oom 1');
    agent.message(2, messageType.control, { bytes: changed.finish() });
    watch.dispose();
    await tick();
    expect(contents).toEqual(['oom 1']);
    expect(agent.sent(messageType.close)).toHaveLength(1);
  });
});

describe('AgentClient with programs of the machine', () => {
  const opening = new BodyWriter(openKind.docker)
    .text(field.argument, 'docker')
    .text(field.argument, 'ps')
    .text(field.environment, 'HOME=/root')
    .text(field.directory, '/srv')
    .number(field.pid, 77)
    .number(field.stdio, 5)
    .number(field.columns, 90)
    .number(field.rows, 30)
    .text(field.source, '/root/.docker/config.json')
    .bytes(field.content, text('{}'))
    .finish();

  it('onDocker() gets the invocation, and exit() ends it', async () => {
    const { client, agent } = connected();
    const invocations: DockerInvocation[] = [];
    client.onDocker((invocation) => invocations.push(invocation));
    agent.message(1, messageType.open, { bytes: opening });
    const [invocation] = invocations;
    expect(invocation).toMatchObject({
      argv: ['docker', 'ps'],
      env: { HOME: '/root' },
      workingDirectory: '/srv',
      processId: 77,
      configFile: { path: '/root/.docker/config.json', content: text('{}') },
      terminal: { stdin: true, stdout: false, stderr: true, columns: 90, rows: 30 },
    });
    const signals: number[] = [];
    invocation?.onSignal((number) => signals.push(number));
    const interrupt = new BodyWriter(controlKind.signal).number(field.signal, 2);
    agent.message(1, messageType.control, { bytes: interrupt.finish() });
    expect(signals).toEqual([2]);
    await invocation?.exit(3);
    await tick();
    expect(agent.sent(messageType.close)).toHaveLength(1);
    expect(invocation?.signal.aborted).toBe(true);
  });

  it('a broken pipe that is caught is an error of the output, once what was sent is written', async () => {
    const { client, agent } = connected();
    const invocations: DockerInvocation[] = [];
    client.onDocker((invocation) => invocations.push(invocation));
    agent.message(1, messageType.open, { bytes: opening });
    const [invocation] = invocations;
    const catching = invocation?.catchBrokenPipe();
    const writer = invocation?.stdout.getWriter();
    const written = writer?.write(text('hello'));
    await tick();
    expect(agent.sent(messageType.control)).toHaveLength(1);
    const broken = new BodyWriter(controlKind.brokenPipe).number(field.stream, channels.stdout);
    agent.message(1, messageType.control, { bytes: broken.finish() });
    agent.message(1, messageType.credit, {
      channel: channels.stdout,
      bytes: Uint8Array.of(5, 0, 0, 0),
    });
    await written;
    await expect(writer?.closed).rejects.toThrow('broken pipe');
    catching?.dispose();
    await tick();
    expect(agent.sent(messageType.control)).toHaveLength(2);
  });

  it('asks for input only when it is read', async () => {
    const { client, agent } = connected();
    const invocations: DockerInvocation[] = [];
    client.onDocker((invocation) => invocations.push(invocation));
    agent.message(1, messageType.open, { bytes: opening });
    await tick();
    expect(agent.sent(messageType.credit)).toEqual([]);
    const reading = invocations[0]?.stdin.getReader().read();
    await tick();
    expect(agent.sent(messageType.credit)).toHaveLength(1);
    agent.message(1, messageType.data, { channel: channels.stdin, bytes: text('y') });
    expect(new TextDecoder().decode((await reading)?.value)).toBe('y');
  });

  it('aborts the invocation when the program is gone', () => {
    const { client, agent } = connected();
    const invocations: DockerInvocation[] = [];
    client.onDocker((invocation) => invocations.push(invocation));
    agent.message(1, messageType.open, { bytes: opening });
    agent.message(1, messageType.reset, { bytes: reset(32, 'The program is gone') });
    expect(invocations[0]?.signal.aborted).toBe(true);
  });

  it('refuses when nobody handles it', async () => {
    const { agent } = connected();
    agent.message(1, messageType.open, { bytes: opening });
    agent.message(3, messageType.open, { bytes: Uint8Array.of(openKind.socket) });
    await tick();
    expect(agent.sent(messageType.reset)).toHaveLength(2);
  });

  it('a malformed opening is refused and nothing else', async () => {
    const { client, agent } = connected();
    client.onDocker(() => {});
    agent.message(1, messageType.open, { bytes: Uint8Array.of(openKind.docker, 1, 2) });
    await tick();
    const [sent] = agent.sent(messageType.reset);
    expect(new Fields(sent?.bytes ?? new Uint8Array()).number(field.errno)).toBe(74);
  });

  it('onSocket() gets each connection as a duplex', async () => {
    const { client, agent } = connected();
    const echoes: Promise<void>[] = [];
    client.onSocket(({ readable, writable }) => echoes.push(readable.pipeTo(writable)));
    agent.message(3, messageType.open, { bytes: Uint8Array.of(openKind.socket) });
    agent.message(3, messageType.data, { channel: channels.stdin, bytes: text('GET') });
    agent.message(3, messageType.eof, { channel: channels.stdin });
    await echoes[0];
    await tick();
    expect(
      agent.sent(messageType.data).map(({ bytes }) => new TextDecoder().decode(bytes)),
    ).toEqual(['GET']);
    expect(agent.sent(messageType.eof)).toHaveLength(1);
  });
});
