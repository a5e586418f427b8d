import { expect, test } from 'vitest';
import { ConsoleLog } from './console-log.ts';

function write(log: ConsoleLog, text: string): void {
  for (const byte of new TextEncoder().encode(text)) log.push(byte);
}

test('take() gives the text in chunks and finds a panic across them', () => {
  const log = new ConsoleLog();
  write(log, 'Linux\n[ 0.5] Kernel panic - not ');
  expect(log.take()).toEqual({ text: 'Linux\n[ 0.5] Kernel panic - not ' });
  write(log, 'syncing: No init\r\n');
  expect(log.take().failure).toBe('Kernel panic - not syncing: No init');
});

test('take() joins a character that was cut between two chunks', () => {
  const log = new ConsoleLog();
  const [first = 0, ...rest] = new TextEncoder().encode('é');
  log.push(first);
  expect(log.take().text).toBe('');
  for (const byte of rest) log.push(byte);
  expect(log.take().text).toBe('é');
});

test('push() says which byte begins a chunk', () => {
  const log = new ConsoleLog();
  expect([log.push(65), log.push(66)]).toEqual([true, false]);
  log.take();
  expect(log.push(67)).toBe(true);
});
