import { expect, test } from 'vitest';
import { portDuplex } from '../lib/port-duplex.ts';
import { shellCountMax, Shells } from './shells.ts';
import type { ShellProcess } from './shells.ts';

function fakeProcess() {
  let output: ReadableStreamDefaultController<Uint8Array> | undefined;
  let end: (status: { code: number }) => void = () => undefined;
  const typed: string[] = [];
  const signals: number[] = [];
  const sizes: number[][] = [];
  const process: ShellProcess = {
    stdin: new WritableStream({
      write(chunk) {
        typed.push(new TextDecoder().decode(chunk));
      },
    }),
    stdout: new ReadableStream({
      start(controller) {
        output = controller;
      },
    }),
    async resize(columns, rows) {
      sizes.push([columns, rows]);
    },
    async signal(number) {
      signals.push(number);
      end({ code: 128 + number });
      output?.close();
    },
    exit: new Promise((resolve) => {
      end = resolve;
    }),
  };
  const print = (text: string) => output?.enqueue(new TextEncoder().encode(text));
  const exit = (code: number) => {
    output?.close();
    output = undefined;
    end({ code });
  };
  return { process, typed, signals, sizes, print, exit };
}

function streamPair() {
  const { port1, port2 } = new MessageChannel();
  return { page: portDuplex(port1), worker: portDuplex(port2) };
}

test('Shells joins a process to its stream and resolves wait() with the exit code', async () => {
  const shells = new Shells();
  const fake = fakeProcess();
  const { page, worker } = streamPair();
  const shell = shells.open(fake.process, worker);
  const writer = page.writable.getWriter();
  await writer.write(new TextEncoder().encode('ls\r'));
  await expect.poll(() => fake.typed).toEqual(['ls\r']);
  fake.print('bin etc');
  const reader = page.readable.getReader();
  expect(new TextDecoder().decode((await reader.read()).value)).toBe('bin etc');
  await shells.resize(shell, { columns: 100, rows: 30 });
  fake.exit(3);
  expect((await reader.read()).done).toBe(true);
  expect(await shells.wait(shell)).toBe(3);
  expect(fake.sizes).toEqual([[100, 30]]);
});

test('Shells hangs up the shell of a terminal that was closed', async () => {
  const shells = new Shells();
  const fake = fakeProcess();
  const { page, worker } = streamPair();
  const shell = shells.open(fake.process, worker);
  page.dispose();
  expect(await shells.wait(shell)).toBe(129);
  expect(fake.signals).toContain(1);
});

test('Shells refuses more than shellCountMax and unknown numbers', async () => {
  const shells = new Shells();
  const streams = [];
  for (let count = 0; count < shellCountMax; count++) {
    const { page, worker } = streamPair();
    shells.open(fakeProcess().process, worker);
    streams.push(page);
  }
  const { page, worker } = streamPair();
  const extra = fakeProcess();
  expect(() => shells.open(extra.process, worker)).toThrow(`${shellCountMax} are open`);
  expect(extra.signals).toEqual([1]);
  await expect(shells.wait(999)).rejects.toMatchObject({ kind: 'notFound' });
  for (const stream of [...streams, page]) stream.dispose();
});
