import { describe, expect, test } from 'vitest';
import { Output } from './output.ts';

describe('Output', () => {
  test('drops what is written after the reader has gone', async () => {
    let written = 0;
    const stream = new WritableStream<Uint8Array>({
      write() {
        written += 1;
        throw new Error('EPIPE');
      },
    });
    const output = new Output(stream, { terminal: false });
    await output.line('one');
    await output.line('two');
    expect(written).toBe(1);
    expect(output.open).toBe(false);
    await output.release();
  });
});
