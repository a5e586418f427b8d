/** Waits for a container's end on behalf of `run`, `start --attach` and `attach`. */
import { containerWait } from '../../client/containers.ts';
import { errorKind, errorMessage } from '../../lib/errors.ts';
import type { CommandContext } from '../command/command.ts';

/** Resolves once the engine listens; the function then waits for the exit code. */
export async function waitExitOrRemoved(
  context: CommandContext,
  options: {
    readonly container: string;
    readonly removed: boolean;
    readonly signal: AbortSignal;
  },
): Promise<() => Promise<number>> {
  const { container, removed, signal } = options;
  const condition = removed ? 'removed' : 'next-exit';
  const { exit } = await containerWait(context.client, { container, condition, signal });
  return async () => {
    try {
      const answer = await exit;
      if (answer.Error === undefined || answer.Error === null) return answer.StatusCode;
      await context.err.line(logLine(`Error waiting for container: ${answer.Error.Message}`));
    } catch (error) {
      if (errorKind(error) === 'cancelled') return 0;
      await context.err.line(logLine(`error waiting for container: ${errorMessage(error)}`));
    }
    return 125;
  };
}

function logLine(message: string): string {
  const time = new Date().toISOString().replace(/\.\d+/, '');
  return `time="${time}" level=error msg=${JSON.stringify(message)}`;
}
