import { expect, test } from 'vitest';
import { parseRepository } from './repository.ts';
import { isShareFragment } from './share-fragment.ts';
import { linkCharactersMax, readShareFragment, writeShareFragment } from './share-link.ts';
import { commandLinesOf, parseSharedSetup, type SharedSetup } from './shared-setup.ts';

const setup: SharedSetup = {
  image: 'nginx:alpine',
  repository: 'https://github.com/owner/name',
  files: { '/root/app/Dockerfile': 'FROM busybox\nCMD ["echo", "你好"]\n' },
  commands: ['docker build -t app app', "docker run --rm app sh -c 'exit 0'"],
  layout: { guide: null, view: 'files', sizes: { view: 40 } },
};

async function fragmentOf(value: unknown): Promise<string> {
  return (await writeShareFragment(value as SharedSetup)) ?? '';
}

test('a link carries a setup there and back', async () => {
  const fragment = await fragmentOf(setup);
  expect(fragment).toMatch(/^#share=1\.[\w-]+$/);
  expect(isShareFragment(fragment)).toBe(true);
  expect(await readShareFragment(fragment)).toEqual({ setup });
});

test.each([
  '#share=',
  '#share=1',
  '#share=1.',
  '#share=1.!!!',
  '#share=1.AAAA',
  '#share=x.y',
  '#share=0',
])('readShareFragment(%j) is malformed', async (fragment) => {
  expect(await readShareFragment(fragment)).toEqual({ refusal: 'malformed' });
});

test('a link that was cut off, and one of a newer page, say so', async () => {
  const fragment = await fragmentOf(setup);
  expect(await readShareFragment(fragment.slice(0, -20))).toEqual({ refusal: 'malformed' });
  expect(await readShareFragment(fragment.replace('=1.', '=2.'))).toEqual({ refusal: 'newer' });
});

test('neither a long link nor one that unfolds to very much is taken', async () => {
  expect(await readShareFragment(`#share=1.${'A'.repeat(linkCharactersMax)}`)).toEqual({
    refusal: 'tooLarge',
  });
  // A mebibyte of one character deflates to a kilobyte: within the link's bounds, and over those of what it holds.
  const bomb = new Blob([JSON.stringify({ files: { '/a': 'x'.repeat(2 ** 20) } })]);
  const deflated = bomb.stream().pipeThrough(new CompressionStream('deflate-raw'));
  const bytes = Buffer.from(await new Response(deflated).arrayBuffer());
  const fragment = `#share=1.${bytes.toString('base64url')}`;
  expect(fragment.length).toBeLessThan(linkCharactersMax);
  expect(await readShareFragment(fragment)).toEqual({ refusal: 'tooLarge' });
  expect(
    await writeShareFragment({ files: { '/a': 'x'.repeat(2 ** 20) }, commands: [] }),
  ).toBeUndefined();
});

test.each([
  { image: 'a;reboot' },
  { image: '-it x' },
  { repository: 'http://example.org/a/b' },
  { files: { relative: '' } },
  { files: { '/a\0b': '' } },
  { files: { '/a': 7 } },
  { files: { '/folder/': '' } },
  { commands: 'ls' },
  { commands: ['ls\nreboot'] },
  { commands: ['ls \u202e txt'] },
  { commands: ['ls \u001b[2J'] },
  { commands: Array.from({ length: 51 }, () => 'ls') },
  { files: Object.fromEntries(Array.from({ length: 65 }, (_, at) => [`/${at}`, ''])) },
])('parseSharedSetup() refuses %j', async (value) => {
  expect(parseSharedSetup(value)).toBeUndefined();
  expect(await readShareFragment(await fragmentOf(value))).toEqual({ refusal: 'malformed' });
});

test('parseSharedSetup() takes an empty setup, and leaves out what it does not know', () => {
  expect(parseSharedSetup({ later: 1 })).toEqual({ files: {}, commands: [] });
  expect(parseSharedSetup([])).toEqual({ files: {}, commands: [] });
});

test('commandLinesOf() clones, then pulls, then runs; an image alone is a shell in it', () => {
  expect(commandLinesOf(setup)).toEqual([
    'GIT_TERMINAL_PROMPT=0 git clone --depth 1 https://github.com/owner/name /root/name && cd /root/name',
    'docker pull nginx:alpine',
    'docker build -t app app',
    "docker run --rm app sh -c 'exit 0'",
  ]);
  expect(commandLinesOf({ image: 'busybox', files: {}, commands: [] })).toEqual([
    'docker run --rm -it busybox',
  ]);
});

test.each([
  ['owner/name', 'https://github.com/owner/name', undefined, 'name'],
  [' https://github.com/owner/name.git ', 'https://github.com/owner/name.git', undefined, 'name'],
  [
    'https://github.com/owner/name/tree/feature/x',
    'https://github.com/owner/name',
    'feature/x',
    'name',
  ],
  [
    'https://gitlab.com/group/sub/name/-/tree/main',
    'https://gitlab.com/group/sub/name',
    'main',
    'name',
  ],
  ['https://git.example:8443/name', 'https://git.example:8443/name', undefined, 'name'],
  [
    'https://gist.github.com/someone/0123456789abcdef0123456789abcdef#file-x',
    'https://gist.github.com/0123456789abcdef0123456789abcdef.git',
    undefined,
    '0123456789abcdef0123456789abcdef',
  ],
])('parseRepository(%j)', (text, url, branch, folder) => {
  expect(parseRepository(text)).toMatchObject({ url, branch, folder });
});

test.each([
  '', 'name', 'http://github.com/a/b', 'ssh://git@github.com/a/b', 'git@github.com:a/b', 'https://user:pw@github.com/a/b',
  'https://github.com/a/b;reboot', 'https://github.com/a/$(reboot)', 'https://github.com/a/..', 'https://github.com/a/-b',
  'https://github.com/a/b/tree/-x', 'https://gist.github.com/someone', 'https://github.com/', 'file:///etc/passwd',
])('parseRepository(%j) is none', (text) => {
  expect(parseRepository(text)).toBeUndefined();
}); // prettier-ignore
