/**
 * Which builder a command line means. As in the real program, `docker build` is `docker buildx build` unless
 * DOCKER_BUILDKIT=0 asks for the classic builder, which comes with a notice.
 */
import { parseBool } from '../../../lib/go-numbers.ts';
import { errorMessage } from '../../../lib/errors.ts';

/** The real program's, recorded in test/golden/cli/build-notice.txt. */
export const classicNotice = `DEPRECATED: The legacy builder is deprecated and will be removed in a future release.
            BuildKit is currently disabled; enable it by removing the DOCKER_BUILDKIT=0
            environment-variable.

`;

export interface Forwarded {
  readonly argv: readonly string[];
  /** What to say on standard error first. */
  readonly notice: string;
}

/** `argv` begins with the command. Rejects a value of the variable that is no truth value. */
export function forwardBuild(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
): Forwarded {
  const forwarded = buildxLine(argv);
  if (forwarded === undefined) return { argv, notice: '' };
  const { DOCKER_BUILDKIT: setting = '' } = env;
  if (setting === '' || isTrue(setting)) return { argv: forwarded, notice: '' };
  return { argv, notice: classicNotice };
}

function buildxLine(argv: readonly string[]): string[] | undefined {
  const [first, second] = argv;
  if (first === 'build') return ['buildx', ...argv];
  if (first === 'builder') return ['buildx', ...argv.slice(1)];
  if (first === 'image' && second === 'build') return ['buildx', ...argv.slice(1)];
  return undefined;
}

function isTrue(setting: string): boolean {
  try {
    return parseBool(setting);
  } catch (cause) {
    const message = `DOCKER_BUILDKIT environment variable expects boolean value: ${errorMessage(cause)}`;
    throw new Error(message, { cause });
  }
}
