/**
 * Pictures of lessons: boxes in boxes, written as an indented list, so that they are words in the lesson's language, in the
 * page's colours, and a list to who cannot see them.
 *
 *     ```picture           boxes beside each other; `picture stack`: one above the other
 *     The machine
 *       bash
 *       * Container web    a star marks what the text is about
 *     ```
 */

/** Boxes in a box in …: more is no picture. */
const depthMax = 4;
const boxesMax = 24;

interface Box {
  readonly text: string;
  readonly isMarked: boolean;
  readonly inner: Box[];
}

/** Whether a fence is a picture, by the words behind it. */
export function isPicture(info: string): boolean {
  return /^picture(\s|$)/.test(info.trim());
}

/** What is wrong with it; undefined when nothing is. */
export function pictureMistake(info: string, text: string): string | undefined {
  const [, ...words] = info.trim().split(/\s+/);
  const wrong = words.find((word) => word !== 'stack');
  if (wrong !== undefined) return `A picture cannot be "${wrong}": known is stack`;
  const lines = linesOf(text);
  if (lines.length === 0) return 'The picture is empty';
  if (lines.length > boxesMax) return `The picture has more than ${boxesMax} boxes`;
  for (const [index, { depth }] of lines.entries()) {
    if (depth >= depthMax) return `The picture is more than ${depthMax} boxes deep`;
    const before = lines[index - 1]?.depth ?? -1;
    if (!Number.isInteger(depth) || depth > before + 1)
      return 'A box in a picture is indented by two spaces more than the one around it';
  }
  return undefined;
}

/** `inline` renders a line of Markdown; what is wrong is left as well as it can be. */
export function renderPicture(
  { info, text }: { readonly info: string; readonly text: string },
  inline: (text: string) => string,
): string {
  const list = (boxes: readonly Box[]): string =>
    boxes.length === 0
      ? ''
      : `<ul>${boxes
          .map(
            (box) =>
              `<li${box.isMarked ? ' class="marked"' : ''}><span>${inline(box.text)}</span>${list(box.inner)}</li>`,
          )
          .join('')}</ul>`;
  const kind = /\sstack\b/.test(info) ? 'stack' : 'row';
  return `<div class="picture ${kind}">${list(boxesOf(text))}</div>\n`;
}

function linesOf(text: string): { depth: number; text: string }[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => ({ depth: (line.length - line.trimStart().length) / 2, text: line.trim() }));
}

function boxesOf(text: string): Box[] {
  const top: Box[] = [];
  const path: Box[] = [];
  for (const line of linesOf(text).slice(0, boxesMax)) {
    const isMarked = line.text.startsWith('* ');
    const box: Box = { text: line.text.replace(/^\* /, ''), isMarked, inner: [] };
    const depth = Math.min(Math.floor(line.depth), path.length, depthMax - 1);
    path.length = depth;
    (path[depth - 1]?.inner ?? top).push(box);
    path.push(box);
  }
  return top;
}
