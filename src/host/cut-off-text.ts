/**
 * What a `docker` command that waited for something when the machine was saved says when it is restored: its connection
 * ends there, and whoever comes back has to know what became of the container and how to go on.
 */
import { quoteWord } from '../guest/plan-text.ts';

/** `argv`: of the docker program, its name first. */
export function cutOffText(argv: readonly string[]): string {
  const again = `"${['docker', ...argv.slice(1)].map(quoteWord).join(' ')}"`;
  const saved = 'The machine was saved and restored';
  switch (commandOf(argv)) {
    case 'run':
    case 'start':
      return `${saved}, which detached this command. Its container goes on: "docker ps" tells its name, "docker attach NAME" takes it up again`;
    case 'attach':
    case 'logs':
      return `${saved}, which ended this command. The container goes on: ${again} takes it up again`;
    case 'exec':
      return `${saved}, which ended this command and its process. The container goes on: ${again} runs it again`;
    default:
      return `${saved}, which ended this command: ${again} runs it again`;
  }
}

/** Of options before the command only those with `=` or without a value are passed over: the others are rare. */
function commandOf(argv: readonly string[]): string | undefined {
  const words = argv.slice(1).filter((word) => !word.startsWith('-'));
  return words[0] === 'container' ? words[1] : words[0];
}
