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

describe('help of buildx', () => {
  const commands = ['', 'build', 'du', 'inspect', 'ls', 'prune', 'version'];

  test.each(commands)('docker buildx %s --help is as buildx 0.24 documents it', async (name) => {
    const words = name === '' ? [] : [name];
    const result = await runFake({ argv: ['buildx', ...words, '--help'] });
    const file = ['buildx', ...words].join('-');
    expect(result).toMatchObject({ stdout: read(`../help-buildx/${file}.txt`), exitCode: 0 });
  });

  test('docker build and docker builder prune are forwarded to it', async () => {
    const help = async (line: string) => (await runFake({ argv: line.split(' ') })).stdout;
    for (const line of ['build', 'image build', 'builder build'])
      expect(await help(`${line} --help`)).toBe(read('../help-buildx/buildx-build.txt'));
    expect(await help('builder prune --help')).toBe(read('../help-buildx/buildx-prune.txt'));
  });

  test('flags of all builders may stand before the command', async () => {
    const { stdout } = await runFake({ argv: ['buildx', '--builder', 'x', 'ls', '--help'] });
    expect(stdout).toBe(read('../help-buildx/buildx-ls.txt'));
  });
});
