/** Asks for what must not be seen on the screen: a raw terminal echoes nothing. */
import type { CommandContext } from '../command/command.ts';

const interrupt = 0x03;
const endOfInput = 0x04;
const backspace = [0x08, 0x7f];
const lineEnds = [0x0a, 0x0d];

/** Undefined when Ctrl-C or a signal ended the question. */
export async function readSecret(
  context: CommandContext,
  question: string,
): Promise<string | undefined> {
  const { invocation, out } = context;
  await out.write(question);
  await invocation.setRawMode(true);
  try {
    return await typedLine(context);
  } finally {
    await invocation.setRawMode(false);
  }
}

async function typedLine(context: CommandContext): Promise<string | undefined> {
  const reader = context.invocation.stdin.getReader();
  const release = () => reader.releaseLock();
  context.signal.addEventListener('abort', release);
  const typed: number[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return textOf(typed);
      for (const byte of value) {
        if (byte === interrupt) return undefined;
        if (lineEnds.includes(byte) || byte === endOfInput) return textOf(typed);
        if (backspace.includes(byte)) typed.pop();
        else typed.push(byte);
      }
    }
  } catch {
    return undefined;
  } finally {
    context.signal.removeEventListener('abort', release);
    if (!context.signal.aborted) reader.releaseLock();
  }
}

function textOf(bytes: readonly number[]): string {
  return new TextDecoder().decode(Uint8Array.from(bytes)).trim();
}
