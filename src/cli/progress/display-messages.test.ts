import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fakeHandler, runFake, streamResponse } from '../testing/fake-invocation.ts';

const golden = new URL('../../../test/golden/cli/pull/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, golden), 'utf8');

const wide = { stdin: true, stdout: true, stderr: true, columns: 120 };
const narrow = { ...wide, columns: 80 };

describe('docker pull', () => {
  test.each([
    ['pull', 'wide', wide, 0],
    ['pull', 'narrow', narrow, 0],
    ['pull', 'plain', {}, 0],
    ['pullerr', 'wide', wide, 1],
    ['pullerr', 'narrow', narrow, 1],
    ['pullerr', 'plain', {}, 1],
  ])('draws %s on a %s terminal as docker 28.2.2 does', async (name, kind, terminal, exitCode) => {
    const handler = fakeHandler({
      'POST /images/create': () => streamResponse([read(`${name}.ndjson`)]),
    });
    const result = await runFake({ argv: ['pull', 'busybox'], handler, terminal });
    expect(result.output).toBe(read(`${name}-${kind}.txt`));
    expect(result.exitCode).toBe(exitCode);
  });
});
