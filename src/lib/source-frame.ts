/** The offending lines of a file, framed as BuildKit frames them. */

/** Lines from 1, the last included. */
export interface SourceRange {
  readonly startLine: number;
  readonly endLine: number;
}

export interface SourceFile {
  /** As the frame names it: `Dockerfile`. */
  readonly filename: string;
  readonly text: string;
}

/** How many lines are shown around the offending ones: more around a single line. */
const aroundOne = 4;
const aroundSeveral = 2;

/** The frame, ending in a line feed; empty where the lines are not in the file. */
export function sourceFrame(source: SourceFile, ranges: readonly SourceRange[]): string {
  const lines = source.text.split('\n');
  const first = Math.min(...ranges.map((range) => range.startLine));
  const last = Math.min(lines.length, Math.max(...ranges.map((range) => range.endLine)));
  if (ranges.length === 0 || first < 1 || first > lines.length) return '';
  let [start, end] = [first, last];
  const wanted = first === last ? aroundOne : aroundSeveral;
  // One step more for each round: near an edge of the file the other side gets more.
  for (let shown = 0; shown < wanted; shown += 1) {
    if (start > 1) {
      start -= 1;
      shown += 1;
    }
    if (end !== lines.length) {
      end += 1;
      shown += 1;
    }
  }
  const rule = '--------------------\n';
  let frame = `${source.filename}:${first}\n${rule}`;
  for (let line = start; line <= end; line += 1) {
    const marked = ranges.some(({ startLine, endLine }) => line >= startLine && line <= endLine);
    frame += ` ${String(line).padStart(3)} | ${marked ? '>>>' : '   '} ${lines[line - 1] ?? ''}\n`;
  }
  return frame + rule;
}
