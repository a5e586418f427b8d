/** Asks before something is deleted. */
import type { CommandContext } from '../command/command.ts';
import { ExitError } from '../command/exit-error.ts';

/** Ends the program quietly, with success, when the answer is not yes. */
export async function confirm(context: CommandContext, warning: string): Promise<void> {
  if (!(await answersYes(context, warning))) throw new ExitError(0);
}

export async function answersYes(context: CommandContext, warning: string): Promise<boolean> {
  const answer = await ask(context, `${warning} [y/N] `);
  return answer?.toLowerCase() === 'y';
}

/** The line that answers, trimmed; undefined when a signal ended the question. */
export async function ask(context: CommandContext, question: string): Promise<string | undefined> {
  await context.out.write(question);
  const answer = await readLine(context);
  if (answer === undefined) await context.out.write('\n');
  return answer?.trim();
}

/** Undefined when a signal ended the question. */
async function readLine(context: CommandContext): Promise<string | undefined> {
  const reader = context.invocation.stdin.getReader();
  const release = () => reader.releaseLock();
  context.signal.addEventListener('abort', release);
  const decoder = new TextDecoder();
  let text = '';
  try {
    while (!text.includes('\n')) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value, { stream: true });
    }
    return text.split('\n')[0];
  } catch {
    return undefined;
  } finally {
    context.signal.removeEventListener('abort', release);
    if (!context.signal.aborted) reader.releaseLock();
  }
}
