/** `--env-file` and `--label-file`: one `KEY[=VALUE]` per line. */
import { KindError, errorKind } from '../../lib/errors.ts';
import type { CommandContext } from '../command/command.ts';
import { absolutePath } from '../paths.ts';
import { cut } from '../flags/flag-spec.ts';

export interface KeyValueSources {
  readonly files: readonly string[];
  readonly values: readonly string[];
  /** A key without a value takes the caller's environment variable of that name. */
  readonly fromEnvironment: boolean;
}

/** All `KEY=VALUE` lines: those of the files first, so that flags override them. */
export async function readKeyValues(
  context: CommandContext,
  sources: KeyValueSources,
): Promise<string[]> {
  const lines: string[] = [];
  for (const file of sources.files) {
    const text = await readCallerFile(context, file);
    try {
      lines.push(...parseLines(text, sources.fromEnvironment ? context.invocation.env : undefined));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`invalid env file (${file}): ${reason}`, { cause: error });
    }
  }
  const { env } = context.invocation;
  for (const value of sources.values) {
    const known = sources.fromEnvironment && !value.includes('=') ? env[value] : undefined;
    lines.push(known === undefined ? value : `${value}=${known}`);
  }
  return lines;
}

/** A file of the caller's machine as text; errors as Go's os.Open words them. */
export async function readCallerFile(context: CommandContext, path: string): Promise<string> {
  const { files } = context.host;
  if (files === undefined) throw new Error(`open ${path}: operation not supported`);
  try {
    const bytes = await files.readFile(absolutePath(path, context.invocation.workingDirectory));
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (errorKind(error) === 'notFound') {
      throw new KindError('notFound', `open ${path}: no such file or directory`, { cause: error });
    }
    throw error;
  }
}

function parseLines(
  text: string,
  environment: Readonly<Record<string, string>> | undefined,
): string[] {
  const lines: string[] = [];
  for (const raw of text.replace(/^\ufeff/, '').split(/\r?\n/)) {
    const line = raw.trimStart();
    if (line === '' || line.startsWith('#')) continue;
    const [key, value] = cut(line, '=');
    if (key === '') throw new Error(`no variable name on line '${line}'`);
    if (/[ \t]/.test(key)) throw new Error(`variable '${key}' contains whitespaces`);
    if (value !== undefined) lines.push(line);
    else if (environment?.[key] !== undefined) lines.push(`${key}=${environment[key]}`);
  }
  return lines;
}
