/** `COPY` and `ADD`: from where, to where, and how. */
import { reportUndefined } from '../check/check-variables.ts';
import { checkIgnored } from '../check/check-ignored.ts';
import { cleanPath, posixJoin } from '../../lib/posix-path.ts';
import { expandText } from '../expand/expand-word.ts';
import type { CopyInstruction, InstructionSource } from '../instruction.ts';
import { invalid } from '../parse/instruction-input.ts';
import type { CopyStep } from './build-step.ts';
import { expander } from './expander.ts';
import { isGitSource } from './git-reference.ts';
import type { StepContext } from './step-context.ts';
import { stepText } from './step-name.ts';

/** Rejects `invalidParameter` with Docker's words. */
export function copyStep(
  instruction: CopyInstruction & InstructionSource,
  context: StepContext,
): CopyStep {
  const { plan, state, planned } = context;
  const { escape } = plan.dockerfile;
  const expand = expander(context);
  const { name } = instruction;
  const chown = expand(instruction.chown);
  const chmod = expand(instruction.chmod);
  const checksum = expand(instruction.checksum);
  const sources = instruction.sources.map(expand);
  const written = expand(instruction.destination);
  const files = instruction.files.map((file) => ({
    name: file.name,
    content: file.expand ? inlineContent(file.content, context) : file.content,
  }));
  checkMode(chmod);
  checkSources(name, sources, checksum);
  for (const source of sources) checkIgnored(source, context);
  const history = [
    name,
    ...(instruction.parents ? ['--parents'] : []),
    ...(chown === '' ? [] : [`--chown=${chown}`]),
    ...(chmod === '' ? [] : [`--chmod=${chmod}`]),
    ...sources,
    ...files.map((file) => `<<${file.name}`),
    written,
    '# buildkit',
  ];
  return {
    kind: 'copy',
    name,
    from: planned.from,
    sources,
    files,
    destination: absolute(written, state.config.WorkingDir ?? '/'),
    chown,
    chmod,
    link: instruction.link,
    parents: instruction.parents,
    excludes: instruction.excludes,
    checksum,
    ...(instruction.keepGitDir === undefined ? {} : { keepGitDir: instruction.keepGitDir }),
    ...(instruction.unpack === undefined ? {} : { unpack: instruction.unpack }),
    text: stepText(instruction.code, { env: state.env, escape }),
    createdBy: history.join(' '),
    classicText: instruction.code,
    range: instruction.range,
    isOnBuild: planned.isOnBuild,
  };
}

/** A file's own text: variables are expanded, quotes stay. */
function inlineContent(content: string, context: StepContext): string {
  const options = { env: context.state.env, escape: '\\', skipQuotes: true };
  const { text, unmatched } = expandText(content, options);
  reportUndefined(unmatched, context);
  return text;
}

/** A slash at the end stays: it means a directory. So do `.` and nothing. */
function absolute(destination: string, workdir: string): string {
  const isDirectory = /(^|\/)\.?$/.test(destination);
  const path = destination.startsWith('/')
    ? cleanPath(destination)
    : posixJoin('/', workdir, destination);
  return isDirectory && path !== '/' ? `${path}/` : path;
}

function checkMode(chmod: string): void {
  if (chmod === '') return;
  const isNumber = /^[0-9]+$/.test(chmod);
  const fits = /^[0-7]+$/.test(chmod) && parseInt(chmod, 8) <= 0o7777;
  if (isNumber ? fits : isSymbolicMode(chmod)) return;
  throw invalid(
    `invalid chmod parameter: '${chmod}'. it should be octal string and between 0 and 07777`,
  );
}

/** `u=rwX,go-w`. */
export function isSymbolicMode(text: string): boolean {
  return text.split(',').every((clause) => /^[ugoa]*([-+=]([rwxXst]*|[ugo]))+$/.test(clause));
}

function checkSources(name: string, sources: readonly string[], checksum: string): void {
  const [first = ''] = sources;
  if (checksum !== '') {
    if (name !== 'ADD') throw invalid("checksum can't be specified for COPY");
    if (sources.length !== 1) throw invalid("checksum can't be specified for multiple sources");
    if (!isHttpSource(first) && !isGitSource(first))
      throw invalid('checksum requires HTTP(S) or Git sources');
  }
  if (name !== 'COPY') return;
  for (const source of sources) {
    if (isGitSource(source)) throw invalid("source can't be a git ref for COPY");
    if (isHttpSource(source)) throw invalid("source can't be a URL for COPY");
  }
}

export function isHttpSource(source: string): boolean {
  return /^https?:\/\//.test(source) && !isGitSource(source);
}
