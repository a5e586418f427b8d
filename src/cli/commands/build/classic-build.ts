/** `docker build` without BuildKit: `Step 1/5 : FROM busybox`. */
import { buildQuery, limitsQuery, registryHeaders } from './build-query.ts';
import type { JsonMessage } from '../../../api/image.ts';
import { imageBuild } from '../../../client/build.ts';
import { errorKind } from '../../../lib/errors.ts';
import { exactly, type Command, type CommandContext } from '../../command/command.ts';
import { ExitError } from '../../command/exit-error.ts';
import {
  parseMemorySwap,
  parseUlimit,
  validateEnv,
  validateExtraHost,
  validateLabel,
} from '../../container-config/validators.ts';
import {
  boolFlag,
  bytesFlag,
  intFlag,
  listFlag,
  stringFlag,
  stringsFlag,
  valuesFlag,
} from '../../flags/flag-spec.ts';
import { humanSize } from '../../go/units.ts';
import { Output } from '../../output.ts';
import { absolutePath } from '../../paths.ts';
import { displayMessages } from '../../progress/display-messages.ts';
import { filesOf } from '../../streams/archive-output.ts';
import { buildContext } from './build-context.ts';

export const classicBuild: Command = {
  use: '[OPTIONS] PATH | URL | -',
  short: 'Build an image from a Dockerfile',
  aliases: 'docker image build, docker build, docker builder build',
  arguments: exactly(1),
  flags: [
    listFlag('add-host', 'Add a custom host-to-IP mapping ("host:ip")', {
      validate: validateExtraHost,
    }),
    listFlag('build-arg', 'Set build-time variables', { validate: validateEnv }),
    stringsFlag('cache-from', 'Images to consider as cache sources'),
    stringFlag('cgroup-parent', 'Set the parent cgroup for the "RUN" instructions during build'),
    boolFlag('compress', 'Compress the build context using gzip'),
    intFlag('cpu-period', 'Limit the CPU CFS (Completely Fair Scheduler) period'),
    intFlag('cpu-quota', 'Limit the CPU CFS (Completely Fair Scheduler) quota'),
    intFlag('cpu-shares', 'CPU shares (relative weight)', { short: 'c' }),
    stringFlag('cpuset-cpus', 'CPUs in which to allow execution (0-3, 0,1)'),
    stringFlag('cpuset-mems', 'MEMs in which to allow execution (0-3, 0,1)'),
    boolFlag('disable-content-trust', 'Skip image verification (default true)', { initial: true }),
    stringFlag('file', 'Name of the Dockerfile (Default is "PATH/Dockerfile")', { short: 'f' }),
    boolFlag('force-rm', 'Always remove intermediate containers'),
    stringFlag('iidfile', 'Write the image ID to the file'),
    stringFlag('isolation', 'Container isolation technology'),
    listFlag('label', 'Set metadata for an image', { validate: validateLabel }),
    bytesFlag('memory', 'Memory limit', { short: 'm' }),
    memorySwapFlag(),
    stringFlag(
      'network',
      'Set the networking mode for the RUN instructions during build (default "default")',
      { initial: 'default' },
    ),
    boolFlag('no-cache', 'Do not use cache when building the image'),
    stringFlag('platform', 'Set platform if server is multi-platform capable'),
    boolFlag('pull', 'Always attempt to pull a newer version of the image'),
    boolFlag('quiet', 'Suppress the build output and print image ID on success', { short: 'q' }),
    boolFlag('rm', 'Remove intermediate containers after a successful build (default true)', {
      initial: true,
    }),
    stringsFlag('security-opt', 'Security options'),
    bytesFlag('shm-size', 'Size of "/dev/shm"'),
    listFlag('tag', 'Name and optionally a tag in the "name:tag" format', { short: 't' }),
    stringFlag('target', 'Set the target build stage to build.'),
    valuesFlag('ulimit', 'Ulimit options (default [])', { label: 'ulimit', read: parseUlimit }),
  ],
  run: runClassic,
};

async function runClassic(context: CommandContext): Promise<void> {
  const { flags, args, client, out, err } = context;
  const quiet = flags.bool('quiet');
  const idFile = idFilePath(context);
  await removeStale(context, idFile);
  const source = await buildContext(context, {
    path: args[0] ?? '',
    file: flags.string('file'),
    buildkit: false,
  });
  const buffer = new BufferedOutput();
  const shown = quiet ? buffer.output : out;
  const body = quiet ? source.body : source.body?.pipeThrough(sendingProgress(shown));
  const messages = await imageBuild(client, {
    query: {
      ...buildQuery(context),
      ...limitsQuery(flags),
      version: 1,
      q: quiet || undefined,
      rm: flags.bool('rm'),
      forcerm: flags.bool('force-rm') || undefined,
      dockerfile: source.dockerfile || undefined,
      remote: source.remote,
      platform: platformOf(context),
    },
    headers: registryHeaders(context),
    ...(body === undefined ? {} : { body }),
    signal: context.signal,
  });
  const seen: Seen = {};
  try {
    await displayMessages(context, watch(messages, seen), shown);
  } catch (error) {
    if (seen.error === undefined) throw error;
    if (quiet) await err.write(buffer.text());
    throw new ExitError(seen.error.code || 1, seen.error.message, { cause: error });
  }
  const id = quiet ? buffer.text() : (seen.id ?? '');
  if (quiet) await out.write(id);
  if (idFile === undefined) return;
  if (id === '')
    throw new Error(`server did not provide an image ID. Cannot write ${flags.string('iidfile')}`);
  await filesOf(context).writeFile(idFile, new TextEncoder().encode(id));
}

function memorySwapFlag() {
  const usage = 'Swap limit equal to memory plus swap: -1 to enable unlimited swap';
  return { ...bytesFlag('memory-swap', usage), set: parseMemorySwap };
}

/** `DOCKER_DEFAULT_PLATFORM` is the flag's default. */
export function platformOf({ flags, invocation }: CommandContext): string | undefined {
  return flags.string('platform') || invocation.env['DOCKER_DEFAULT_PLATFORM'] || undefined;
}

export function idFilePath({ flags, invocation }: CommandContext): string | undefined {
  const path = flags.string('iidfile');
  return path === '' ? undefined : absolutePath(path, invocation.workingDirectory);
}

/** No old ID stays when the build fails. */
export async function removeStale(
  context: CommandContext,
  path: string | undefined,
): Promise<void> {
  if (path === undefined) return;
  try {
    await filesOf(context).removeFile(path);
  } catch (error) {
    if (errorKind(error) !== 'notFound') throw error;
  }
}

interface Seen {
  id?: string;
  error?: { readonly code?: number; readonly message: string };
}

async function* watch(
  messages: AsyncIterable<JsonMessage>,
  seen: Seen,
): AsyncGenerator<JsonMessage, void> {
  for await (const message of messages) {
    const id = message.aux?.['ID'];
    if (typeof id === 'string') seen.id = id;
    if (message.errorDetail !== undefined) seen.error = message.errorDetail;
    yield message;
  }
}

/** On a terminal the size is drawn over while it grows, at most this often. */
const progressBytes = 1024 * 1024;

/** The two carriage returns are the real program's. */
function sendingProgress(output: Output): TransformStream<Uint8Array, Uint8Array> {
  let [total, shown] = [0, 0];
  const line = () => `Sending build context to Docker daemon ${humanSize(total).padStart(8)}\r`;
  return new TransformStream({
    async transform(chunk, controller) {
      total += chunk.length;
      if (output.terminal && total - shown >= progressBytes) {
        shown = total;
        await output.write(line());
      }
      controller.enqueue(chunk);
    },
    flush: () => output.write(`${line()}\r\n`),
  });
}

/** Output that is kept: `-q` shows it when something goes wrong. */
class BufferedOutput {
  readonly output: Output;
  #text = '';

  constructor() {
    const decoder = new TextDecoder();
    const stream = new WritableStream<Uint8Array>({
      write: (chunk) => {
        this.#text = (this.#text + decoder.decode(chunk, { stream: true })).slice(-bufferMax);
      },
    });
    this.output = new Output(stream, { terminal: false });
  }

  text(): string {
    return this.#text;
  }
}

/** The end of a failed quiet build is what tells. */
const bufferMax = 1024 * 1024;
