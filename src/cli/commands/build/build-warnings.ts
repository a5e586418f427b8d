/** What a build warned of, and the lines of its error: printed when the list of steps stands still. */
import type { BuildErrorSource, BuildVertexWarning } from '../../../api/build.ts';
import { decodeBase64Text } from '../../../lib/base64.ts';
import { sourceFrame } from '../../../lib/source-frame.ts';

/** Each once, in yellow; at length with `--debug`. */
export function warningsText(
  list: readonly BuildVertexWarning[],
  { debug }: { readonly debug: boolean },
): string {
  const warnings = [...new Map(list.map((warning) => [warningKey(warning), warning])).values()];
  if (warnings.length === 0) return '';
  const count = warnings.length === 1 ? '1 warning found' : `${warnings.length} warnings found`;
  const hint = debug ? '' : ' (use docker --debug to expand)';
  const head = `\n \x1b[33m${count}${hint}:\n\x1b[0m`;
  return head + warnings.map((warning) => warningText(warning, debug)).join('');
}

function warningKey({ short, range }: BuildVertexWarning): string {
  return `${short} ${JSON.stringify(range)}`;
}

function warningText(warning: BuildVertexWarning, debug: boolean): string {
  const short = ` - ${decodeBase64Text(warning.short)}\n`;
  if (!debug) return short;
  const details = (warning.detail ?? []).map((line) => `${decodeBase64Text(line)}\n`);
  const page = warning.url ? `More info: ${warning.url}\n` : '';
  const { sourceInfo, range = [] } = warning;
  const ranges = range.map(({ start, end }) => ({
    startLine: start.line,
    endLine: Math.max(start.line, end.line),
  }));
  const frame =
    sourceInfo === undefined
      ? ''
      : sourceFrame(
          { filename: sourceInfo.filename, text: decodeBase64Text(sourceInfo.data) },
          ranges,
        );
  return `${short}${details.join('')}${page}${frame}\n`;
}

export function errorFrames(sources: readonly BuildErrorSource[]): string {
  return sources.map((source) => sourceFrame(source, source.ranges)).join('');
}
