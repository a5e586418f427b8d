import { describe, expect, it } from 'vitest';
import { FakeChannel } from './fake-channel.ts';
import { Link, type Message } from './link.ts';
import { frameKind, limit, messageType } from './protocol.ts';

interface Recorded {
  readonly channel: FakeChannel;
  readonly link: Link;
  readonly messages: Message[];
  readonly lost: string[];
  hellos: number;
}

function makeLink(frameSize = 1024): Recorded {
  const channel = new FakeChannel(frameSize);
  const recorded = { messages: [] as Message[], lost: [] as string[], hellos: 0 };
  const result: Recorded = {
    ...recorded,
    channel,
    link: new Link(channel, {
      onHello: () => (result.hellos += 1),
      onMessage: (message) => recorded.messages.push(message),
      onLost: (cause) => recorded.lost.push(cause),
    }),
  };
  return result;
}

const dataFrames = (channel: FakeChannel): number =>
  channel.frames.filter(({ kind }) => kind === frameKind.data).length;

describe('Link', () => {
  it('sends nothing before hello, and answers it', async () => {
    const { channel, link } = makeLink();
    link.send(2, messageType.open, { bytes: Uint8Array.of(1) });
    await Promise.resolve();
    expect(channel.frames).toEqual([]);
    channel.hello();
    expect(channel.frames.map(({ kind }) => kind)).toEqual([frameKind.ack]);
  });

  it('packs what one task sends into one frame', async () => {
    const { channel, link } = makeLink();
    channel.hello();
    link.send(2, messageType.eof, { channel: 1 });
    link.send(4, messageType.close);
    await Promise.resolve();
    expect(dataFrames(channel)).toBe(1);
    expect(channel.sent(messageType.close)).toHaveLength(1);
  });

  it('fragments a long message with more set on all but the last part', async () => {
    const { channel, link } = makeLink();
    channel.hello();
    link.send(2, messageType.open, { bytes: new Uint8Array(2500).fill(7) });
    await Promise.resolve();
    const parts = channel.sent(messageType.open | messageType.more);
    const last = channel.sent(messageType.open);
    expect(last).toHaveLength(1);
    expect([...parts, ...last].reduce((sum, { bytes }) => sum + bytes.length, 0)).toBe(2500);
  });

  it('stops at the window and goes on with an acknowledgement', async () => {
    const { channel, link } = makeLink();
    channel.acknowledges = false;
    channel.hello();
    link.send(2, messageType.data, { bytes: new Uint8Array(100 * 1024) });
    await Promise.resolve();
    expect(dataFrames(channel)).toBe(limit.linkWindowFrames);
    expect(link.ready()).toBeInstanceOf(Promise);
    channel.acknowledges = true;
    channel.acknowledge();
    await link.ready();
    expect(dataFrames(channel)).toBeGreaterThan(100);
  });

  it('is lost when a frame is missing', () => {
    const { channel, lost, messages } = makeLink();
    channel.hello();
    channel.frame(frameKind.data, new Uint8Array(), 5);
    expect(lost).toEqual(['Frame 0 is missing, got 5']);
    channel.message(2, messageType.eof);
    expect(messages).toEqual([]);
  });

  it('is lost when the agent misses a frame or starts over', () => {
    const first = makeLink();
    first.channel.hello();
    first.channel.frame(frameKind.fail, new Uint8Array());
    expect(first.lost).toHaveLength(1);
    const second = makeLink();
    second.channel.hello(1);
    second.channel.hello(1);
    expect(second.lost).toEqual([]);
    second.channel.hello(2);
    expect(second.lost).toEqual(['Agent started over']);
    expect(second.hellos).toBe(2);
  });

  it('acknowledges received frames in batches', async () => {
    const { channel } = makeLink();
    channel.hello();
    for (let i = 0; i < limit.linkAckFrames; i++) channel.message(2, messageType.eof);
    await Promise.resolve();
    const acks = channel.frames.filter(({ kind }) => kind === frameKind.ack);
    expect(acks.at(-1)?.acknowledgement).toBe(limit.linkAckFrames);
  });

  it('ignores frames that are not its own, and padding', () => {
    const { channel, messages, lost } = makeLink();
    channel.hello();
    channel.raw(new Uint8Array(10));
    channel.raw(new Uint8Array(60));
    const lying = new Uint8Array(60);
    const view = new DataView(lying.buffer);
    view.setUint16(12, limit.linkEthertype);
    view.setUint8(14, limit.linkVersion);
    view.setUint16(16, 500, true);
    channel.raw(lying);
    expect(messages).toEqual([]);
    expect(lost).toEqual([]);
  });

  it('marks a message that is longer than its frame as bad', () => {
    const { channel, messages } = makeLink();
    channel.hello();
    const payload = new Uint8Array(10);
    new DataView(payload.buffer).setUint32(0, 2, true);
    new DataView(payload.buffer).setUint16(6, 99, true);
    channel.data(payload);
    expect(messages).toMatchObject([{ stream: 2, bad: true }]);
  });
});
