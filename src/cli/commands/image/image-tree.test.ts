import { expect, test } from 'vitest';
import type { ImageSummary } from '../../../api/image.ts';
import { imageTree } from './image-tree.ts';

const image = (digit: string, parts: Partial<ImageSummary>): ImageSummary => ({
  Id: `sha256:${digit.repeat(64)}`,
  ParentId: '',
  RepoTags: [],
  RepoDigests: ['quay.io/x/y@sha256:7'],
  Created: 5,
  Size: 0,
  SharedSize: -1,
  Labels: null,
  Containers: -1,
  ...parts,
});

const images = [
  image('2', { RepoTags: ['nginx:1.25', 'aa:1', 'a-name-longer-than-the-others-are:1'] }),
  image('3', { Size: 999, Created: 4 }),
];

/** What docker 28.2.2 prints on a terminal of so many columns, without the line of the warning. */
test.each([
  [
    100,
    [
      `${' '.repeat(79)}\x1b[1m\x1b[106m\x1b[30mi\x1b[0m\x1b[0m \x1b[96mInfo → \x1b[0m\x1b[0m \x1b[38;5;0m\x1b[48;5;14m U \x1b[0m In Use `,
      '',
      '\x1b[39m\x1b[1mIMAGE\x1b[0m                                 \x1b[39m\x1b[1mID\x1b[0m             \x1b[39m\x1b[1mDISK USAGE\x1b[0m   \x1b[39m\x1b[1mCONTENT SIZE\x1b[0m   \x1b[39m\x1b[1mEXTRA\x1b[0m',
      '\x1b[34m\x1b[1ma-name-longer-than-the-others-are:1\x1b[0m',
      '\x1b[34m\x1b[1mnginx:1.25\x1b[0m',
      '\x1b[34m\x1b[1maa:1\x1b[0m                                  \x1b[39m222222222222\x1b[0m           \x1b[39m0B\x1b[0m             \x1b[39m0B\x1b[0m        ',
      '\x1b[39m\x1b[2m<untagged>\x1b[0m                            \x1b[39m333333333333\x1b[0m         \x1b[39m999B\x1b[0m             \x1b[39m0B\x1b[0m        ',
    ],
  ],
  [
    30,
    [
      '         \x1b[1m\x1b[106m\x1b[30mi\x1b[0m\x1b[0m \x1b[96mInfo → \x1b[0m\x1b[0m \x1b[38;5;0m\x1b[48;5;14m U \x1b[0m In Use ',
      '',
      '\x1b[39m\x1b[1mIMAGE\x1b[0m             \x1b[39m\x1b[1mID\x1b[0m          ',
      '\x1b[34m\x1b[1ma-name-longer-than-the-others…\x1b[0m',
      '\x1b[34m\x1b[1mnginx:1.25\x1b[0m',
      '\x1b[34m\x1b[1maa:1\x1b[0m              \x1b[39m222222222222\x1b[0m',
      '\x1b[39m\x1b[2m<untagged>\x1b[0m        \x1b[39m333333333333\x1b[0m',
    ],
  ],
])('imageTree() is laid out for %d columns', (columns, lines) => {
  const text = imageTree(images, { all: false, terminal: true, columns });
  expect(text.split('\n').slice(1, -1)).toEqual(lines);
});

test('imageTree() cuts even the name that stands for none', () => {
  const text = imageTree([image('3', { RepoDigests: [] })], {
    all: true,
    terminal: false,
    columns: 0,
  });
  expect(text).toMatch(/\n<unt…   333333333333 /);
});
