import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runFake } from './testing/fake-invocation.ts';

const golden = new URL('../../test/golden/cli/help/', import.meta.url);

describe('help', () => {
  const files = readdirSync(golden).filter((file) => file.endsWith('.txt'));

  test.each(files)('runCli() prints the help of %s as docker 28.2.2 does', async (file) => {
    const words = file === 'docker.txt' ? [] : file.replace('.txt', '').split('-');
    const expected = readFileSync(new URL(file, golden), 'utf8');
    const result = await runFake({ argv: [...words, '--help'] });
    expect(result.stdout).toBe(expected);
    expect(result).toMatchObject({ stderr: '', exitCode: 0 });
  });
});
