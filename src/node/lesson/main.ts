/** `bottleship lesson`: proves lessons on a machine of their own, and imports those of other playgrounds. */
import { errorMessage } from '../../lib/errors.ts';
import { checkCourses } from './check-courses.ts';
import { importLesson } from './import-lesson.ts';

const help = `Usage:  bottleship lesson COMMAND

Check and import lessons

Commands:
  check DIR [LESSON…]    Read a course, then play each lesson's solution on a machine of its own and prove that each
                         check fails before and passes after. With --read, only read it
  import SOURCE DIR      Make a lesson in DIR of a Killercoda scenario (a folder with index.json)
                         or of a Play with Docker post (a Markdown file)

What is wrong is told as FILE:LINE: MESSAGE, and the exit code is 1.
`;

async function main([command, ...rest]: readonly string[]): Promise<number> {
  const wantsHelp = rest.includes('--help') || rest.includes('-h');
  if (command === undefined || command === '--help' || command === '-h' || wantsHelp) {
    process.stdout.write(help);
    return 0;
  }
  const unknown = rest.find((word) => word.startsWith('-') && word !== '--read');
  if (unknown !== undefined) throw new UsageError(`unknown flag: ${unknown}`);
  const words = rest.filter((word) => word !== '--read');
  const [first, second, ...more] = words;
  if (command === 'check') {
    if (first === undefined) throw new UsageError('"check" needs the folder of a course');
    return checkCourses(first, { only: words.slice(1), readOnly: rest.includes('--read') });
  }
  if (command === 'import') {
    if (first === undefined || second === undefined || more.length > 0) {
      throw new UsageError('"import" needs a source and a folder to write to');
    }
    return importLesson(first, second);
  }
  throw new UsageError(`unknown command: bottleship lesson ${command}`);
}

class UsageError extends Error {}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    const hint =
      error instanceof UsageError ? "\n\nRun 'bottleship lesson --help' for more information" : '';
    console.error(`bottleship lesson: ${errorMessage(error)}${hint}`);
    process.exit(1);
  },
);
