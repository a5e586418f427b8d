/**
 * Markdown of a lesson as HTML that a page may insert. Lessons are untrusted: no HTML of theirs, no images from anywhere,
 * links to the web only and in a tab of their own, which learns nothing of this one.
 */
import { createMarkdown } from './code-blocks.ts';
import { isPicture, renderPicture } from './picture.ts';
import type { BlockAction, CodeBlock } from './course.ts';

/** What the buttons of code blocks say. */
export interface BlockLabels {
  readonly run: string;
  readonly copy: string;
  readonly save: (path: string) => string;
  /** Name of a block, for whoever cannot see it. */
  readonly block: (number: number) => string;
}

export interface RenderOptions {
  /** The step's blocks, in the order of its fences. */
  readonly blocks: readonly CodeBlock[];
  readonly labels: BlockLabels;
}

type Markdown = ReturnType<typeof createMarkdown>;

/**
 * A step's text. Each code block is a `figure[data-block=<index>]` with buttons that say by `data-action` (run, save,
 * copy) what a click does; whoever inserts the HTML listens.
 */
export function renderMarkdown(text: string, { blocks, labels }: RenderOptions): string {
  const markdown = harmless(createMarkdown());
  let index = 0;
  markdown.renderer.rules.fence = (tokens, at) => {
    const { info = '', content = '' } = tokens[at] ?? {};
    if (isPicture(info)) return renderPicture({ info, text: content }, renderInline);
    const block = index++;
    const action = blocks[block]?.action ?? { kind: 'copy' };
    const code = escaped(markdown, content);
    const name = escaped(markdown, labels.block(block + 1));
    return (
      `<figure data-block="${block}" data-kind="${action.kind}">` +
      `<pre tabindex="0" role="group" aria-label="${name}"><code>${code}</code></pre>` +
      `<div>${buttons(action, labels, (label) => escaped(markdown, label))}</div></figure>\n`
    );
  };
  return markdown.render(text);
}

/** One line: a check's title, a hint, an answer. */
export function renderInline(text: string): string {
  return harmless(createMarkdown()).renderInline(text);
}

function buttons(
  action: BlockAction,
  labels: BlockLabels,
  escape: (label: string) => string,
): string {
  const button = (kind: string, label: string): string =>
    `<button type="button" data-action="${kind}">${escape(label)}</button>`;
  const copy = button('copy', labels.copy);
  if (action.kind === 'run') return button('run', labels.run) + copy;
  if (action.kind === 'save') return button('save', labels.save(action.path)) + copy;
  return copy;
}

function harmless(markdown: Markdown): Markdown {
  const { rules } = markdown.renderer;
  rules.image = (tokens, at) => escaped(markdown, tokens[at]?.content ?? '');
  rules.link_open = (tokens, at, options, _env, self) => {
    const token = tokens[at];
    if (token === undefined) return '';
    // A lesson has no address of its own: whatever is relative would lead into the page.
    if (!/^https?:/i.test(String(token.attrGet('href')))) token.attrs = [];
    else {
      token.attrSet('target', '_blank');
      token.attrSet('rel', 'noopener noreferrer nofollow');
    }
    return self.renderToken(tokens, at, options);
  };
  return markdown;
}

function escaped(markdown: Markdown, text: string): string {
  return markdown.utils.escapeHtml(text);
}
