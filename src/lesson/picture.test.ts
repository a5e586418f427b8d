import { expect, test } from 'vitest';
import { readCodeBlocks } from './code-blocks.ts';
import { pictureMistake, renderPicture } from './picture.ts';
import { renderMarkdown } from './render-markdown.ts';

const text = 'The machine\n  bash\n  * Container\n    `sleep`\nAnother\n';
const inline = (words: string): string => words;

test('renderPicture() makes boxes in boxes', () => {
  expect(renderPicture({ info: 'picture', text }, inline)).toBe(
    '<div class="picture row"><ul><li><span>The machine</span><ul><li><span>bash</span></li>' +
      '<li class="marked"><span>Container</span><ul><li><span>`sleep`</span></li></ul></li></ul></li>' +
      '<li><span>Another</span></li></ul></div>\n',
  );
  expect(renderPicture({ info: 'picture stack', text: 'a' }, inline)).toContain('picture stack');
});

test('a picture is no block to click, and does not shift those that are', () => {
  const body = `\`\`\`picture\n<b>one</b>\n\`\`\`\n\n\`\`\`bash run\nls\n\`\`\`\n`;
  const { blocks, problems } = readCodeBlocks(body, { file: 'step.md', line: 1 });
  expect([blocks.length, problems]).toEqual([1, []]);
  const labels = { run: 'Run', copy: 'Copy', save: inline, block: (number: number) => `${number}` };
  const html = renderMarkdown(body, { blocks, labels });
  expect(html).toContain('<li><span>&lt;b&gt;one&lt;/b&gt;</span></li>');
  expect(html).toContain('data-block="0" data-kind="run"');
});

test('mistakes in a picture are told with their line', () => {
  expect(pictureMistake('picture', text)).toBeUndefined();
  expect(pictureMistake('picture round', text)).toContain('"round"');
  expect(pictureMistake('picture', '\n')).toBe('The picture is empty');
  expect(pictureMistake('picture', 'a\n    b\n')).toContain('two spaces');
  expect(pictureMistake('picture', 'a\n b\n')).toContain('two spaces');
  const { problems } = readCodeBlocks('text\n\n```picture\na\n    b\n```\n', {
    file: 'step.md',
    line: 10,
  });
  expect(problems).toMatchObject([{ file: 'step.md', line: 12 }]);
});
