import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FakeChannel } from './fake-channel.ts';
import { Link } from './link.ts';
import * as protocol from './protocol.ts';
import { BodyWriter, Fields } from './wire.ts';

const agent = new URL('../../vm-image/agent/', import.meta.url);
const header = readFileSync(new URL('protocol.h', agent), 'utf8');

/** Prefix of the C names of each group. */
const prefixes: Readonly<Record<keyof typeof protocol, string>> = {
  limit: '',
  frameKind: 'FRAME_',
  messageType: 'MESSAGE_',
  channel: 'CHANNEL_',
  openKind: 'OPEN_',
  controlKind: 'CONTROL_',
  section: 'SECTION_',
  field: 'FIELD_',
  operation: 'OPERATION_',
};

function constantsOfHeader(): Record<string, number> {
  const matches = header.matchAll(/^ {4}([A-Z][A-Z0-9_]*) = (0x[0-9a-f]+|\d+),$/gm);
  return Object.fromEntries([...matches].map(([, name, value]) => [name, Number(value)]));
}

function constantsOfModule(): Record<string, number> {
  const entries = Object.entries(protocol).flatMap(([group, values]) =>
    Object.entries(values).map(([name, value]) => {
      const upper = name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
      return [`${prefixes[group as keyof typeof protocol]}${upper}`, value] as const;
    }),
  );
  return Object.fromEntries(entries);
}

function vectors(): Map<string, string> {
  const text = readFileSync(new URL('test/vectors.txt', agent), 'utf8');
  const lines = text.split('\n').filter((line) => /^[a-z-]+:/.test(line));
  return new Map(lines.map((line) => [line.split(':')[0] ?? '', line.split(': ')[1] ?? '']));
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

describe('protocol', () => {
  it('is the same on both sides', () => {
    const ofHeader = constantsOfHeader();
    expect(Object.keys(ofHeader).length).toBeGreaterThan(100);
    expect(constantsOfModule()).toEqual(ofHeader);
  });

  const { field, openKind } = protocol;
  const bodies: Readonly<Record<string, BodyWriter>> = {
    number: new BodyWriter().number(field.pid, 300),
    'long-number': new BodyWriter().number(field.size, 0x123456789a),
    text: new BodyWriter().text(field.path, '/é'),
    'stat-request': new BodyWriter(openKind.stat).text(field.path, '/etc').text(field.root, '/r'),
  };

  it('Link sends the bytes of vector data-frame', async () => {
    const channel = new FakeChannel();
    const sent: Uint8Array[] = [];
    const link = new Link(
      { ...channel, frameSizeMax: 1024, onFrame: (listener) => channel.onFrame(listener), send },
      { onHello: () => {}, onMessage: () => {}, onLost: () => {} },
    );
    async function send(frame: Uint8Array): Promise<void> {
      sent.push(frame.slice(protocol.limit.ethernetHeaderSize));
    }
    channel.hello();
    const bytes = new TextEncoder().encode('hi');
    link.send(2, protocol.messageType.data, { channel: protocol.channel.stdout, bytes });
    await Promise.resolve();
    expect(hex(sent.at(-1) ?? new Uint8Array())).toBe(vectors().get('data-frame'));
  });

  const ofBodies = [...vectors()].filter(([name]) => name !== 'data-frame');
  it.each(ofBodies)('BodyWriter writes the bytes of vector %s', (name, bytes) => {
    expect(hex(bodies[name]?.finish() ?? new Uint8Array())).toBe(bytes);
  });
});

describe('Fields', () => {
  it('reads back what BodyWriter wrote', () => {
    const body = new BodyWriter()
      .number(1, 7)
      .number(2, -1n)
      .text(3, 'a')
      .text(3, '')
      .bytes(4, Uint8Array.of(0, 255));
    const fields = new Fields(body.finish());
    expect(fields.number(1)).toBe(7);
    expect(fields.number(2)).toBe(-1);
    expect(fields.texts(3)).toEqual(['a', '']);
    expect(fields.bytes(4)).toEqual(Uint8Array.of(0, 255));
    expect(fields.text(9)).toBeUndefined();
    expect(fields.number(9, 5)).toBe(5);
  });

  it.each([
    ['cut off', [1, 2, 0, 0]],
    ['longer than the message', [1, 2, 0, 0, 0, 9]],
    ['of enormous length', [1, 0xff, 0xff, 0xff, 0xff, 9]],
  ])('refuses a field %s', (_what, bytes) => {
    expect(() => new Fields(Uint8Array.from(bytes))).toThrow(/Field is/);
  });

  it('refuses a number of three bytes', () => {
    const fields = new Fields(new BodyWriter().bytes(1, new Uint8Array(3)).finish());
    expect(() => fields.number(1)).toThrow(/wrong size/);
  });
});
