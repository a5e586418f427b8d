import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runFake } from './testing/fake-invocation.ts';

const golden = new URL('../../test/golden/cli/help/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, golden), 'utf8');
const notice = read('../build-notice.txt');

describe('help', () => {
  const commands = read('commands.txt').split('\n').filter(Boolean);

  test.each(commands)('runCli() prints the help of %s as docker 28.2.2 does', async (line) => {
    const words = line === 'docker' ? [] : line.split(' ');
    // Recorded without the buildx plugin: the classic builder's help, which is to be asked for here.
    const result = await runFake({ argv: [...words, '--help'], env: { DOCKER_BUILDKIT: '0' } });
    expect(result.stdout).toBe(read(`${line.replaceAll(' ', '-')}.txt`));
    const isBuilder = /^(build|builder|image build)\b/.test(line);
    expect(result).toMatchObject({ stderr: isBuilder ? notice : '', exitCode: 0 });
  });

  test('DOCKER_HIDE_LEGACY_COMMANDS leaves the short forms out', async () => {
    const env = { DOCKER_HIDE_LEGACY_COMMANDS: '1' };
    const { stdout } = await runFake({ argv: ['--help'], env });
    expect(stdout).not.toContain('\nCommands:');
    expect(stdout).toContain('\nManagement Commands:');
  });
});
