import { expect, test } from 'vitest';
import { injectShim } from './inject-shim.ts';

async function injected(...pieces: string[]): Promise<string> {
  const source = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
      controller.close();
    },
  });
  return new Response(source.pipeThrough(injectShim('<S>'))).text();
}

test('injectShim() stands behind the doctype, whatever is before it and however it arrives', async () => {
  expect(await injected('<!doctype html><html>')).toBe('<!doctype html><S><html>');
  expect(await injected(' <!-- a > b -->\n<!DOC', 'TYPE html SYSTEM "x">', '<p>')).toBe(
    ' <!-- a > b -->\n<!DOCTYPE html SYSTEM "x"><S><p>',
  );
  expect(await injected('<p>', 'no doctype')).toBe('<S><p>no doctype');
  expect(await injected('text')).toBe('<S>text');
  expect(await injected('')).toBe('');
  expect(await injected('x'.repeat(5000))).toBe(`<S>${'x'.repeat(5000)}`);
});
