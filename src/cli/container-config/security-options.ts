/** `--security-opt`: seccomp profiles are sent by content, `systempaths` is the client's matter. */
import type { CommandContext } from '../command/command.ts';
import { cut } from '../flags/flag-spec.ts';
import { goQuote } from '../../lib/go-quote.ts';
import { errorMessage } from '../../lib/errors.ts';
import { readCallerFile } from './env-file.ts';

export interface SecurityOptions {
  readonly options: readonly string[];
  /** Null leaves the engine's defaults; empty is none. */
  readonly maskedPaths: readonly string[] | null;
  readonly readonlyPaths: readonly string[] | null;
}

export async function parseSecurityOptions(
  context: CommandContext,
  options: readonly string[],
): Promise<SecurityOptions> {
  const kept: string[] = [];
  let unconfined = false;
  for (const option of options) {
    const withProfile = await readProfile(context, option);
    if (withProfile === 'systempaths=unconfined') unconfined = true;
    else kept.push(withProfile);
  }
  return {
    options: kept,
    maskedPaths: unconfined ? [] : null,
    readonlyPaths: unconfined ? [] : null,
  };
}

async function readProfile(context: CommandContext, option: string): Promise<string> {
  const [name, value] = option.includes('=') ? cut(option, '=') : cut(option, ':');
  if (name === 'no-new-privileges' || option === 'no-new-privileges') return option;
  if (value === undefined || value === '') {
    throw new Error(`Invalid --security-opt: ${goQuote(option)}`);
  }
  if (name !== 'seccomp' || value === 'builtin' || value === 'unconfined') return option;
  let text: string;
  try {
    text = await readCallerFile(context, value);
  } catch (error) {
    throw new Error(`opening seccomp profile (${value}) failed: ${errorMessage(error)}`, {
      cause: error,
    });
  }
  try {
    return `seccomp=${JSON.stringify(JSON.parse(text))}`;
  } catch (error) {
    throw new Error(
      `compacting json for seccomp profile (${value}) failed: ${errorMessage(error)}`,
      { cause: error },
    );
  }
}
