/** Holds the corpus of Dockerfiles to its purpose: every instruction and flag, and an answer to each case. */
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { contextOf, filesOf, parseCase, readCases } from './build-corpus/case.ts';
import { changesFrom, treeOf } from './build-corpus/image-tree.ts';
import { tarArchive } from '../src/image/tar-writer.ts';

const goldenFolder = fileURLToPath(new URL('golden/build/', import.meta.url));

const instructions =
  'ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR';
const flags =
  'COPY --chown COPY --chmod COPY --from COPY --link COPY --parents COPY --exclude ADD --chown FROM --platform RUN --network HEALTHCHECK --interval';

describe('the corpus of docker build', () => {
  test('has an answer to each case, and no other', async () => {
    const names = (await readCases()).map(({ name }) => `${name}.json`);
    expect((await readdir(goldenFolder)).sort()).toEqual(names.sort());
  });

  test('has every instruction and flag', async () => {
    const texts = (await readCases()).flatMap((one) =>
      filesOf(one)
        .filter(({ path }) => path === one.dockerfile)
        .map(({ content }) => new TextDecoder().decode(content)),
    );
    const all = texts.join('\n');
    for (const word of instructions.split(' ')) expect(all).toMatch(new RegExp(`^${word} `, 'm'));
    for (const flag of flags.match(/[A-Z]+ --\w+/g) ?? [])
      expect(all).toMatch(new RegExp(`^${flag.replace(' ', '( --\\S+)* ')}=?`, 'm'));
    for (const type of ['cache', 'tmpfs', 'secret', 'bind']) expect(all).toContain(`type=${type}`);
  });

  test('parseCase() reads options, modes, links and bytes', () => {
    const one = parseCase(
      'x',
      'A title\narg: A=1\ntarget: t\n-- Dockerfile --\nFROM a\n-- d/b mode=600 --\nb\n-- l link=d/b --\n-- z base64 --\naGk=\n',
    );
    expect(one).toMatchObject({ title: 'A title', args: ['A=1'], target: 't', peer: 'dockerd' });
    expect(one.files.map(({ path, mode, linkTarget }) => [path, mode, linkTarget])).toEqual([
      ['Dockerfile', 0o644, undefined],
      ['d/b', 0o600, undefined],
      ['l', 0o644, 'd/b'],
      ['z', 0o644, undefined],
    ]);
    expect(Object.keys(Object.fromEntries(treeOf([contextOf(one)])))).toEqual([
      '/d',
      '/Dockerfile',
      '/d/b',
      '/l',
      '/z',
    ]);
    expect(() => parseCase('x', 'A title\nno option\n')).toThrow('"no option" is no option');
  });

  test('changesFrom() tells what is new, other and gone', () => {
    const file = (name: string) => ({ name, type: 'file' as const, mode: 0o644, sizeBytes: 0 });
    const dir = (name: string) => ({ name, type: 'dir' as const, mode: 0o755 });
    const base = tarArchive([dir('a/'), file('a/x'), dir('b/'), file('b/y'), file('c')]);
    const layer = tarArchive([file('a/.wh.x'), file('b/.wh..wh..opq'), file('b/z'), dir('c/')]);
    const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    expect(changesFrom(treeOf([base]), treeOf([base, layer]))).toEqual({
      '/a/x': null,
      '/b/y': null,
      '/b/z': `file 644 0:0 0 ${empty}`,
      '/c': 'dir 755 0:0',
    });
  });
});
