/** A client that is frozen, and another one that goes on over the same agent. */
import { describe, expect, it } from 'vitest';
import { AgentClient } from './agent-client.ts';
import { FakeChannel } from './fake-channel.ts';
import type { GuestProcess } from './guest.ts';
import type { SetupPlan } from './plan.ts';
import {
  channel,
  controlKind,
  field,
  frameKind,
  limit,
  messageType,
  openKind,
} from './protocol.ts';
import type { SavedGuest } from './saved-guest.ts';
import { BodyWriter } from './wire.ts';

const plan: SetupPlan = {
  before: [],
  clone: { namespaces: [] },
  child: [{ operation: { op: 'exec', path: 'x', argv: ['x'], env: [] }, cause: '' }],
};
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const started = new BodyWriter(controlKind.started).number(field.pid, 42).finish();
const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
const copy = (saved: SavedGuest): SavedGuest => JSON.parse(JSON.stringify(saved)) as SavedGuest;

async function withProcess(): Promise<{
  client: AgentClient;
  process: GuestProcess;
  agent: FakeChannel;
  stream: number;
}> {
  const agent = new FakeChannel();
  let stream = 0;
  agent.onMessage = (message) => {
    if (message.type !== messageType.open) return;
    stream = message.stream;
    agent.message(stream, messageType.control, { bytes: started });
  };
  const client = new AgentClient(agent);
  agent.hello();
  const process = await client.run(plan, { key: 'one' });
  return { client, process, agent, stream };
}

async function firstChunk(readable: ReadableStream<Uint8Array>): Promise<string> {
  const { value } = await readable.getReader().read();
  return new TextDecoder().decode(value);
}

describe('AgentClient that goes on', () => {
  it('has the process with its unread output, its exit and the frame numbers', async () => {
    const { client, agent, stream } = await withProcess();
    agent.message(stream, messageType.data, { channel: channel.stdout, bytes: text('unread') });
    await tick();
    const saved = copy(client.freeze());
    const sent = agent.frames.filter(({ kind }) => kind === frameKind.data).length;

    const after = new AgentClient(agent, { saved });
    await after.ready;
    const process = after.adopt('one');
    expect(process?.pid).toBe(42);
    expect(after.adopt('one')).toBeUndefined();
    expect(await firstChunk(process?.stdout ?? new ReadableStream())).toBe('unread');
    const exit = new BodyWriter(controlKind.exit).number(field.code, 3).finish();
    agent.message(stream, messageType.control, { bytes: exit });
    expect(await process?.exit).toEqual({ code: 3 });
    await process?.resize(1, 1);
    await tick();
    const last = agent.frames.filter(({ kind }) => kind === frameKind.data).at(-1);
    expect(last?.sequence).toBe(sent);
  });

  it('ends the streams of whatever had no key, and starts no number twice', async () => {
    const { client, agent } = await withProcess();
    agent.onMessage = () => undefined;
    client.stat('/x').catch(() => undefined);
    agent.message(1, messageType.open, { bytes: Uint8Array.of(33) });
    client.onDocker((invocation) => invocation.sayWhenRestored('Run it again'));
    agent.message(3, messageType.open, { bytes: new BodyWriter(openKind.docker).finish() });
    await tick();
    const { abandoned } = client.freeze();
    expect(abandoned.map(({ text }) => text)).toEqual(['Run it again', undefined]);
    const before = agent.sent(messageType.reset).length;
    const after = new AgentClient(agent, { saved: copy({ ...client.freeze() }) });
    await tick();
    const resets = agent.sent(messageType.reset).slice(before);
    expect(resets.map(({ stream }) => stream)).toEqual(abandoned.map(({ id }) => id));
    const said = resets.map(({ bytes }) => new TextDecoder().decode(bytes));
    expect(said[0]).toContain('Run it again');
    after.stat('/y').catch(() => undefined);
    await tick();
    const streams = agent.sent(messageType.open).map(({ stream }) => stream);
    expect(new Set(streams).size).toBe(streams.length);
  });

  it('frames that the card had not taken are sent again, and those that waited after them', async () => {
    const { client, agent } = await withProcess();
    agent.acknowledges = false;
    let taken = 0;
    const slow = new FakeChannel();
    const send = agent.send.bind(agent);
    agent.send = async (frame) => {
      taken += 1;
      if (taken > 2) return new Promise(() => undefined);
      return send(frame);
    };
    for (let count = 0; count < limit.linkWindowFrames + 3; count++) {
      client.signal(count + 2, 1).catch(() => undefined);
      await tick();
    }
    const saved = copy(client.freeze());
    expect(saved.link.untaken.length + saved.link.queue.length).toBeGreaterThan(2);
    const after = new AgentClient(slow, { saved });
    slow.acknowledge();
    await tick();
    const sequences = slow.frames
      .filter(({ kind }) => kind === frameKind.data)
      .map(({ sequence }) => sequence);
    expect(sequences).toEqual(sequences.map((_, index) => (sequences[0] ?? 0) + index));
    expect(sequences.length).toBeGreaterThan(2);
    after.dispose();
  });

  it('hands on nothing while its output is stopped, and everything afterwards', async () => {
    const { client, process, agent, stream } = await withProcess();
    let seen = '';
    const reading = firstChunk(process.stdout).then((chunk) => (seen = chunk));
    client.stopOutput();
    agent.message(stream, messageType.data, { channel: channel.stdout, bytes: text('late') });
    await tick();
    expect(seen).toBe('');
    const saved = client.freeze().processes[0]?.stream.readers[channel.stdout];
    expect(atob(saved?.unread ?? '')).toBe('late');
    client.thaw();
    expect(await reading).toBe('late');
  });

  it('cannot be saved without a link', () => {
    const client = new AgentClient(new FakeChannel());
    expect(() => client.freeze()).toThrow(expect.objectContaining({ kind: 'conflict' }));
    client.dispose();
  });
});
