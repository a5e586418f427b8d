/**
 * Shows the progress messages of a pull. On a terminal each layer has a line that is drawn over;
 * elsewhere every change of status is a line and bars are left out.
 */
import type { JsonMessage } from '../../api/image.ts';
import type { CommandContext } from '../command/command.ts';
import type { Output } from '../output.ts';
import { progressText } from './progress-bar.ts';

/** Throws the error that the stream reports, if any. */
export async function displayMessages(
  context: CommandContext,
  messages: AsyncIterable<JsonMessage>,
  output: Output | undefined,
): Promise<void> {
  const { columns } = context.invocation.terminal;
  const lines = new Map<string, number>();
  for await (const message of messages) {
    const failure = message.errorDetail?.message ?? message.error;
    // What is meant for programs is not shown to people.
    if (message.aux !== undefined) continue;
    if (output !== undefined) await output.write(render(message, { lines, output, columns }));
    if (failure !== undefined) throw new Error(failure);
  }
}

interface RenderOptions {
  /** Layer ID to the line it is drawn on, counted from the first. */
  readonly lines: Map<string, number>;
  readonly output: Output;
  readonly columns: number;
}

function render(message: JsonMessage, options: RenderOptions): string {
  const { lines, output } = options;
  const { id = '' } = message;
  const tracked = id !== '' && (message.progressDetail !== undefined || message.progress);
  let before = '';
  let after = '';
  if (tracked) {
    let line = lines.get(id);
    if (line === undefined) {
      line = lines.size;
      lines.set(id, line);
      if (output.terminal) before += '\n';
    }
    const up = lines.size - line;
    if (output.terminal && up > 0) {
      before += `\x1b[${up}A`;
      after = `\x1b[${up}B`;
    }
  } else {
    // Whatever comes without an ID pushes the lines up: they cannot be found again.
    lines.clear();
  }
  return before + line(message, options) + after;
}

function line(message: JsonMessage, { output, columns }: RenderOptions): string {
  if (message.errorDetail !== undefined || message.error !== undefined) return '';
  if (message.stream !== undefined && message.stream !== '') return message.stream;
  const { progressDetail, status = '' } = message;
  const id = message.id === undefined || message.id === '' ? '' : `${message.id}: `;
  const bar = progressDetail === undefined ? '' : progressText(progressDetail, columns);
  if (output.terminal && progressDetail !== undefined) return `\x1b[2K\r${id}${status} ${bar}\r`;
  if (bar !== '') return '';
  return `${id}${status}\n`;
}
