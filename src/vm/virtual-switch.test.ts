import { describe, expect, it } from 'vitest';
import {
  addressCountMax,
  ageMsMax,
  portCountMax,
  portQueueBytesMax,
  VirtualSwitch,
  type SwitchPort,
} from './virtual-switch.ts';

const everybody = 0xff;

/** A frame between machines that are known by one byte. */
function frame(to: number, from: number, size = 60): Uint8Array {
  const bytes = new Uint8Array(size);
  bytes.set(to === everybody ? new Uint8Array(6).fill(0xff) : [2, 0, 0, 0, 0, to]);
  bytes.set([2, 0, 0, 0, 0, from], 6);
  return bytes;
}

function setUp(count: number) {
  let nowMs = 0;
  const lan = new VirtualSwitch({ now: () => nowMs });
  const received: number[][] = Array.from({ length: count }, () => []);
  const ports = received.map((list): SwitchPort =>
    lan.attach({ deliver: async (bytes) => void list.push(bytes[11] ?? -1) }),
  );
  const send = (port: number, to: number, from: number) => ports[port]?.receive(frame(to, from));
  return { lan, received, ports, send, later: (ms: number) => (nowMs += ms) };
}

describe('VirtualSwitch', () => {
  it('floods what it does not know, never back to the sender, and learns', () => {
    const { received, send } = setUp(3);
    send(0, 2, 1);
    expect(received).toEqual([[], [1], [1]]);
    send(1, 1, 2);
    expect(received).toEqual([[2], [1], [1]]);
    send(0, 2, 1);
    expect(received).toEqual([[2], [1, 1], [1]]);
    send(0, everybody, 1);
    expect(received).toEqual([[2], [1, 1, 1], [1, 1]]);
    send(0, 1, 7);
    expect(received).toEqual([[2], [1, 1, 1], [1, 1]]);
  });

  it('forgets who was silent, moved or left', () => {
    const { received, ports, send, later } = setUp(3);
    send(1, everybody, 2);
    later(ageMsMax);
    send(0, 2, 1);
    expect(received[2]).toEqual([2, 1]);
    send(2, everybody, 2);
    send(0, 2, 1);
    expect(received[2]).toEqual([2, 1, 1]);
    ports[2]?.dispose();
    send(0, 2, 1);
    expect(received[1]?.at(-1)).toBe(1);
    send(2, 1, 2);
    expect(received[0]).not.toContain(3);
  });

  it('takes no more than it can hold', async () => {
    const { lan, ports } = setUp(1);
    expect(() => {
      for (let count = 1; count <= portCountMax; count += 1)
        lan.attach({ deliver: async () => {} });
    }).toThrow(`all ${portCountMax} ports are taken`);
    for (let from = 0; from <= addressCountMax; from += 1) {
      const bytes = frame(everybody, from & 0xff);
      bytes[10] = from >> 8;
      ports[0]?.receive(bytes);
    }
    expect(lan.addressCount).toBe(addressCountMax);
    ports[0]?.receive(new Uint8Array(13));

    const other = new VirtualSwitch({ now: () => 0 });
    let take = (): void => undefined;
    const waiting = new Promise<void>((resolve) => (take = resolve));
    other.attach({ deliver: () => waiting });
    const sender = other.attach({ deliver: () => Promise.reject(new Error('off')) });
    const size = portQueueBytesMax / 4;
    for (let count = 0; count < 5; count += 1) sender.receive(frame(everybody, 1, size));
    expect(other.droppedCount).toBe(1);
    take();
    await waiting;
    sender.receive(frame(everybody, 1, size));
    expect(other.droppedCount).toBe(1);
    other.dispose();
    sender.receive(frame(everybody, 1));
  });
});
