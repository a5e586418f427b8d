/** The one context there is: this machine's engine. */
import { goQuote } from '../../../lib/go-quote.ts';
import type { CommandContext } from '../../command/command.ts';
import { hexOf } from '../../../lib/hex.ts';

export const defaultContext = 'default';

export const defaultDescription = 'Current DOCKER_HOST based configuration';

/** What the context's endpoint is unless DOCKER_HOST says otherwise. */
export const defaultHost = 'unix:///var/run/docker.sock';

/** Contexts live in folders named by the hash of their names, and there are none. */
export async function missingContextError(
  context: Pick<CommandContext, 'config'>,
  name: string,
): Promise<Error> {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(name));
  const hash = hexOf(new Uint8Array(bytes));
  const folder = context.config.path.replace(/\/[^/]*$/, '');
  return new Error(
    `context ${goQuote(name)}: context not found: open ${folder}/contexts/meta/${hash}/meta.json: no such file or directory`,
  );
}

/** Throws for what cannot be a context's name. */
export function checkContextName(name: string): void {
  if (name === '') throw new Error('context name cannot be empty');
  if (/^[a-zA-Z0-9][a-zA-Z0-9_.+-]+$/.test(name)) return;
  throw new Error(
    `context name ${goQuote(name)} is invalid, names are validated against regexp "^[a-zA-Z0-9][a-zA-Z0-9_.+-]+$"`,
  );
}
