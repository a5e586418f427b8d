import { describe, expect, test } from 'vitest';
import { encodeStdcopy, StdcopyDecoder } from './stdcopy.ts';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (value: string) => new TextEncoder().encode(value);

describe('stdcopy', () => {
  test('encodeStdcopy() writes the header dockerd writes', () => {
    expect([...encodeStdcopy('stderr', bytes('hi'))]).toEqual([2, 0, 0, 0, 0, 0, 0, 2, 104, 105]);
  });

  test('StdcopyDecoder gives the same payloads whatever the chunk boundaries are', () => {
    const wire = [
      ...encodeStdcopy('stdout', bytes('one')),
      ...encodeStdcopy('stderr', bytes('')),
      ...encodeStdcopy('stderr', bytes('two!')),
    ];
    for (let size = 1; size <= wire.length; size += 1) {
      const decoder = new StdcopyDecoder();
      const seen = { stdout: '', stderr: '' } as Record<string, string>;
      for (let at = 0; at < wire.length; at += size)
        for (const frame of decoder.push(Uint8Array.from(wire.slice(at, at + size))))
          seen[frame.stream] += text(frame.payload);
      expect(seen).toEqual({ stdout: 'one', stderr: 'two!' });
      expect(decoder.complete).toBe(true);
    }
  });

  test('StdcopyDecoder rejects an unknown stream number', () => {
    expect(() => new StdcopyDecoder().push(Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 1))).toThrow(
      'Unrecognized input header: 9',
    );
  });
});
