/** `--check` and `--call`: what is asked of a Dockerfile instead of an image, and how the answer is printed. */
import type {
  BuildCall,
  BuildCallResult,
  BuildCheckResult,
  BuildOutline,
  BuildTargets,
} from '../../../api/build.ts';
import { decodeBase64Text } from '../../../lib/base64.ts';
import { parseCsvLine } from '../../../lib/csv.ts';
import { sourceFrame } from '../../../lib/source-frame.ts';
import type { CommandContext } from '../../command/command.ts';
import { ExitError } from '../../command/exit-error.ts';
import type { ParsedFlags } from '../../flags/parsed-flags.ts';

export interface CallRequest {
  readonly name: BuildCall;
  readonly isJson: boolean;
  readonly ignoresStatus: boolean;
}

const names: Readonly<Record<string, BuildCall>> = {
  check: 'check',
  lint: 'check',
  outline: 'outline',
  targets: 'targets',
};

/** Undefined for a build. Rejects with buildx's words. */
export function callOf(flags: ParsedFlags): CallRequest | undefined {
  const text = flags.bool('check') ? 'check' : flags.string('call');
  const [name = '', ...options] = parseCsvLine(text);
  if (name === 'build' || name === '') return undefined;
  const call = names[name];
  if (call === undefined) throw new Error(`ERROR: invalid call function ${name}`);
  return {
    name: call,
    isJson: options.includes('format=json'),
    ignoresStatus: options.includes('ignorestatus') || options.includes('ignorestatus=true'),
  };
}

/** Findings of a check make the command fail, with nothing more to say. */
export async function printCallResult(
  { out }: CommandContext,
  request: CallRequest,
  result: BuildCallResult | undefined,
): Promise<void> {
  if (result === undefined) throw new Error('ERROR: the engine did not answer');
  if (request.isJson) {
    const { call: _call, ...value } = result;
    await out.line(JSON.stringify(value, undefined, 2));
  } else await out.write(resultText(result));
  if (result.call !== 'check') return;
  if (result.buildError !== undefined) throw new ExitError(1, `ERROR: ${buildErrorText(result)}`);
  if ((result.warnings ?? []).length > 0 && !request.ignoresStatus) throw new ExitError(1);
}

export function resultText(result: BuildCallResult): string {
  if (result.call === 'outline') return outlineText(result);
  return result.call === 'targets' ? targetsText(result) : checkText(result);
}

function checkText(result: BuildCheckResult): string {
  const warnings = [...(result.warnings ?? [])].sort(
    (a, b) => lineOf(a.location) - lineOf(b.location),
  );
  if (warnings.length === 0)
    return result.buildError === undefined ? 'Check complete, no warnings found.\n' : '';
  const count =
    warnings.length === 1
      ? '1 warning has been found'
      : `${warnings.length} warnings have been found`;
  const texts = warnings.map(({ ruleName, url, detail = '', location }) => {
    const page = url === undefined ? '' : ` - ${url}`;
    return `\nWARNING: ${ruleName}${page}\n${detail}\n${frameOf(result, location)}`;
  });
  const end = result.buildError === undefined ? '' : '\n';
  return `Check complete, ${count}!\n${texts.join('')}${end}`;
}

function buildErrorText(result: BuildCheckResult): string {
  const { message = '', location } = result.buildError ?? {};
  return `${message}\n${frameOf(result, location)}`;
}

type Location = NonNullable<BuildCheckResult['buildError']>['location'];

function lineOf(location: Location): number {
  return location?.ranges?.[0]?.start.line ?? 0;
}

function frameOf({ sources = [] }: BuildCheckResult, location: Location): string {
  const source = sources[location?.sourceIndex ?? 0];
  if (source === undefined || location === undefined) return '';
  const ranges = (location.ranges ?? []).map(({ start, end }) => ({
    startLine: start.line,
    endLine: Math.max(start.line, end.line),
  }));
  return sourceFrame({ filename: source.filename, text: decodeBase64Text(source.data) }, ranges);
}

function outlineText({
  name,
  description,
  args = [],
  secrets = [],
  ssh = [],
}: BuildOutline): string {
  let text = '';
  if (name !== undefined || description !== undefined) {
    const rows = [['TARGET:', name ?? '(default)']];
    if (description !== undefined) rows.push(['DESCRIPTION:', description]);
    text += `${table(rows, 1)}\n`;
  }
  if (args.length > 0) {
    const rows = args.map((arg) => [arg.name, arg.value ?? '', arg.description ?? '']);
    text += `${table([['BUILD ARG', 'VALUE', 'DESCRIPTION'], ...rows], 3)}\n`;
  }
  for (const [title, list] of [
    ['SECRET', secrets],
    ['SSH', ssh],
  ] as const) {
    if (list.length === 0) continue;
    const rows = list.map((item) => [item.name, item.required === true ? 'true' : '']);
    text += `${table([[title, 'REQUIRED'], ...rows], 3)}\n`;
  }
  return text;
}

function targetsText({ targets }: BuildTargets): string {
  const rows = targets.map((target) => {
    const { name = '', description = '' } = target;
    const shown = target.default !== true ? name : name === '' ? '(default)' : `${name} (default)`;
    return [shown, description];
  });
  return table([['TARGET', 'DESCRIPTION'], ...rows], 1);
}

/** Cells padded to their column, the last one as it is. */
function table(rows: readonly (readonly string[])[], padding: number): string {
  const widths = (rows[0] ?? []).map(
    (_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)) + padding,
  );
  return rows
    .map((row) =>
      row.map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0))).join(''),
    )
    .map((line) => `${line}\n`)
    .join('');
}
