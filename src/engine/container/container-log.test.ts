import { describe, expect, test } from 'vitest';
import { ContainerLog } from './container-log.ts';

const bytes = (value: string) => new TextEncoder().encode(value);
const lines = (log: ContainerLog, from = 0) =>
  log.from(from).map(({ stream, line }) => `${stream}:${new TextDecoder().decode(line)}`);

describe('ContainerLog', () => {
  test('cuts by lines, each stream on its own', () => {
    const log = new ContainerLog({ now: () => 0, enabled: true });
    log.write('stdout', bytes('a'));
    log.write('stderr', bytes('e\n'));
    log.write('stdout', bytes('b\nc'));
    expect(lines(log)).toEqual(['stderr:e\n', 'stdout:ab\n']);
    log.flush();
    expect(lines(log)).toEqual(['stderr:e\n', 'stdout:ab\n', 'stdout:c']);
  });

  test('stores a line without an end in pieces', () => {
    const log = new ContainerLog({ now: () => 0, enabled: true });
    log.write('stdout', new Uint8Array(40_000).fill(65));
    expect(log.from(0).map(({ line }) => line.length)).toEqual([16_384, 16_384]);
    log.flush();
    expect(log.from(2).map(({ line }) => line.length)).toEqual([40_000 - 32_768]);
  });

  test('is bounded: the oldest lines go, and a position before them finds what is left', () => {
    const log = new ContainerLog({ now: () => 0, enabled: true, sizeBytesMax: 1000 });
    for (let index = 0; index < 5000; index += 1) log.write('stdout', bytes(`${index}\n`));
    const left = lines(log);
    expect(left.length).toBeLessThan(20);
    expect(left.at(-1)).toBe('stdout:4999\n');
    expect(log.end).toBe(5000);
    expect(lines(log, 4998)).toEqual(['stdout:4998\n', 'stdout:4999\n']);
    expect(lines(log, 5000)).toEqual([]);
  });

  test('keeps nothing when the driver is none', () => {
    const log = new ContainerLog({ now: () => 0, enabled: false });
    log.write('stdout', bytes('a\n'));
    expect(log.end).toBe(0);
  });
});
