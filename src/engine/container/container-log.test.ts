import { describe, expect, test } from 'vitest';
import { ContainerLog, splitLines } from './container-log.ts';

const bytes = (value: string) => new TextEncoder().encode(value);
const text = (value: Uint8Array) => new TextDecoder().decode(value);
const chunks = (log: ContainerLog) =>
  log.all().map(({ stream, lines }) => `${stream}:${text(lines)}`);

describe('ContainerLog', () => {
  test('keeps whole lines, each stream on its own', () => {
    const log = new ContainerLog({ now: () => 0, enabled: true });
    log.write('stdout', bytes('a'));
    log.write('stderr', bytes('e\n'));
    log.write('stdout', bytes('b\nc\nd'));
    expect(chunks(log)).toEqual(['stderr:e\n', 'stdout:ab\nc\n']);
    expect(log.end).toBe(3);
    log.flush();
    expect(chunks(log)).toEqual(['stderr:e\n', 'stdout:ab\nc\n', 'stdout:d']);
    expect(log.end).toBe(4);
  });

  test('reads from any line, also within a chunk', () => {
    const log = new ContainerLog({ now: () => 0, enabled: true });
    log.write('stdout', bytes('0\n1\n2\n'));
    log.write('stdout', bytes('3\n'));
    const read = (sequence: number) => {
      const chunk = log.read(sequence);
      return chunk && [chunk.sequence, chunk.lineCount, text(chunk.lines)];
    };
    expect(read(0)).toEqual([0, 3, '0\n1\n2\n']);
    expect(read(2)).toEqual([2, 1, '2\n']);
    expect(read(3)).toEqual([3, 1, '3\n']);
    expect(read(4)).toBeUndefined();
  });

  test('finds the last lines, none older than asked', () => {
    let now = 0;
    const log = new ContainerLog({ now: () => now, enabled: true });
    log.write('stdout', bytes('0\n1\n'));
    now = 10;
    log.write('stdout', bytes('2\n3\n'));
    expect(log.tailPosition(3)).toBe(1);
    expect(log.tailPosition(3, 5)).toBe(2);
    expect(log.tailPosition(0)).toBe(4);
    expect(log.tailPosition(3, 20)).toBe(4);
  });

  test('tells of last lines that are no longer in memory, for the files have them', () => {
    const log = new ContainerLog({ now: () => 0, enabled: true, sizeBytesMax: 150 });
    for (let line = 0; line < 10; line += 1) log.write('stdout', bytes(`${line}\n`));
    expect(log.isWhole).toBe(false);
    expect(log.tailPosition(9)).toBe(1);
    expect(log.tailPosition(20)).toBe(0);
  });

  test('does not wait for the end of a very long line', () => {
    const log = new ContainerLog({ now: () => 0, enabled: true });
    log.write('stdout', new Uint8Array(20_000).fill(65));
    expect(log.all().map(({ lines }) => lines.length)).toEqual([16_384]);
    log.write('stdout', bytes('end\nnext\n'));
    expect(log.all().map(({ lines }) => lines.length)).toEqual([16_384, 3_625]);
  });

  test('parts a line that is longer than a line may be, wherever it stands', () => {
    const log = new ContainerLog({ now: () => 0, enabled: true });
    log.write('stdout', bytes(`a\n${'x'.repeat(40_000)}\nb\n`));
    expect(log.all().map(({ lines }) => lines.length)).toEqual([2, 16_384, 16_384, 7_235]);
    expect(log.end).toBe(5);
  });

  test('is bounded: the oldest lines go, and a position before them finds what is left', () => {
    const log = new ContainerLog({ now: () => 0, enabled: true, sizeBytesMax: 1000 });
    for (let index = 0; index < 5000; index += 1) log.write('stdout', bytes(`${index}\n`));
    expect(log.all().length).toBeLessThan(20);
    expect(log.end).toBe(5000);
    expect(log.read(0)?.sequence).toBe(log.all()[0]?.sequence);
    expect(log.read(4999)?.sequence).toBe(4999);
  });

  test('keeps nothing when the driver is none', () => {
    const log = new ContainerLog({ now: () => 0, enabled: false });
    log.write('stdout', bytes('a\n'));
    expect(log.end).toBe(0);
  });
});

test('splitLines() keeps newlines, and an end without one', () => {
  expect(splitLines(bytes('a\n\nb')).map(text)).toEqual(['a\n', '\n', 'b']);
  expect(splitLines(new Uint8Array())).toEqual([]);
});
