import { describe, expect, test } from 'vitest';
import { OutputFan } from './output-fan.ts';

const chunk = new Uint8Array(600_000);
const options = { stdout: true, stderr: true, encode: (_: string, data: Uint8Array) => data };

/** Time that only passes when the test says so. */
function manualDelay() {
  const waiting: (() => void)[] = [];
  const delay = (_: number, signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      waiting.push(resolve);
      signal.addEventListener('abort', () => reject(signal.reason));
    });
  return { delay, pass: () => waiting.splice(0).forEach((resolve) => resolve()) };
}

describe('OutputFan', () => {
  test('a full queue slows the process down until somebody reads', async () => {
    const fan = new OutputFan(manualDelay().delay);
    const { readable } = fan.tap(options);
    await fan.write('stdout', chunk);
    let written = false;
    const second = fan.write('stdout', chunk).then(() => (written = true));
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(written).toBe(false);
    const reader = readable.getReader();
    await reader.read();
    await reader.read();
    await second;
    expect(written).toBe(true);
  });

  test('a client that never reads is cut off, and the process goes on', async () => {
    const { delay, pass } = manualDelay();
    const fan = new OutputFan(delay);
    const stalled = fan.tap(options);
    await fan.write('stdout', chunk);
    const second = fan.write('stdout', chunk);
    pass();
    await second;
    expect(fan.tapCount).toBe(0);
    await fan.write('stdout', chunk);
    const sizes: number[] = [];
    for await (const piece of stalled.readable) sizes.push(piece.length);
    expect(sizes).toEqual([chunk.length, chunk.length]);
  });

  test('a client that goes away frees the process at once', async () => {
    const fan = new OutputFan(manualDelay().delay);
    const { readable } = fan.tap(options);
    await fan.write('stdout', chunk);
    const second = fan.write('stdout', chunk);
    await readable.cancel();
    await second;
    expect(fan.tapCount).toBe(0);
  });

  test('streams that were not asked for are left out', async () => {
    const fan = new OutputFan(manualDelay().delay);
    const { readable } = fan.tap({ ...options, stdout: false });
    await fan.write('stdout', Uint8Array.of(1));
    await fan.write('stderr', Uint8Array.of(2));
    fan.end();
    const seen: number[] = [];
    for await (const piece of readable) seen.push(...piece);
    expect(seen).toEqual([2]);
  });
});
