import { describe, expect, test } from 'vitest';
import { readCodeBlocks } from './code-blocks.ts';
import { renderInline, renderMarkdown } from './render-markdown.ts';

const labels = {
  run: 'Run',
  copy: 'Copy',
  save: (path: string) => `Save as ${path}`,
  block: (number: number) => `Block ${number}`,
};

function render(text: string): string {
  const { blocks } = readCodeBlocks(text, { file: 'step.md', line: 1 });
  return renderMarkdown(text, { blocks, labels });
}

describe('renderMarkdown()', () => {
  test('gives each code block the buttons of its action', () => {
    const html = render(
      '```bash run\necho "<b>"\n```\n\n- in a list:\n\n  ```sh save=/a"b.sh\n  x\n  ```\n\n```\nplain\n```\n',
    );
    expect(html).toContain('<code>echo &quot;&lt;b&gt;&quot;\n</code>');
    expect([...html.matchAll(/data-(block|action)="(\w+)"/g)].map(([, , value]) => value)).toEqual([
      '0',
      'run',
      'copy',
      '1',
      'save',
      'copy',
      '2',
      'copy',
    ]);
    expect(html).toContain('>Save as /a&quot;b.sh</button>');
  });

  test.each([
    ['<script>alert(1)</script>', /<script/],
    ['<img src=x onerror=alert(1)>', /<img/],
    ['![pixel](https://tracker.example/p.gif)', /<img|tracker/],
    ['[click](javascript:alert(1))', /href/],
    ['[click](data:text/html,x)', /href/],
    ['[click](//evil.example)', /href/],
    ['[up](../../secret)', /href/],
    ['<https://a.example/"onclick="x>', /" ?onclick/],
  ])('lets nothing of %s into the page', (text, forbidden) => {
    expect(render(text)).not.toMatch(forbidden);
    expect(renderInline(text)).not.toMatch(forbidden);
  });

  test('opens links to the web in a tab of their own', () => {
    expect(renderInline('[docs](https://docs.docker.com/)')).toBe(
      '<a href="https://docs.docker.com/" target="_blank" rel="noopener noreferrer nofollow">docs</a>',
    );
  });
});
