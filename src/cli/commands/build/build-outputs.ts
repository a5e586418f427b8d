/** `--output`: where the result goes. */
import { parseCsvLine } from '../../../lib/csv.ts';
import type { CommandContext } from '../../command/command.ts';
import { absolutePath } from '../../paths.ts';
import { filesOf } from '../../streams/archive-output.ts';

export interface BuildOutput {
  readonly type: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Absolute, or `-` for standard output; undefined where the result stays with the engine. */
  readonly destination: string | undefined;
}

/** Rejects with buildx's words. No output means an image. */
export function parseOutputs(context: CommandContext): BuildOutput[] {
  const { flags } = context;
  let outputs = flags.values<string>('output').map((text) => parseOutput(context, text));
  if (flags.bool('push')) outputs = withPush(outputs);
  if (flags.bool('load') && !outputs.some(isLoaded))
    outputs.push({ type: 'docker', attributes: {}, destination: undefined });
  if (outputs.filter(({ destination }) => destination === '-').length > 1)
    throw new Error('ERROR: multiple outputs to stdout are not supported');
  return outputs;
}

/** An image that is asked for anyway is pushed, else one more. */
function withPush(outputs: readonly BuildOutput[]): BuildOutput[] {
  const isImage = ({ type }: BuildOutput) => type === 'image' || type === 'registry';
  if (!outputs.some(isImage))
    return [...outputs, { type: 'registry', attributes: {}, destination: undefined }];
  return outputs.map((output) =>
    isImage(output) ? { ...output, attributes: { ...output.attributes, push: 'true' } } : output,
  );
}

function isLoaded({ type, destination }: BuildOutput): boolean {
  return type === 'docker' && destination === undefined;
}

function parseOutput(context: CommandContext, text: string): BuildOutput {
  const fields = parseCsvLine(text);
  const [first = ''] = fields;
  if (fields.length === 1 && !first.includes('=')) {
    if (first === '-') return { type: 'tar', attributes: {}, destination: '-' };
    return { type: 'local', attributes: {}, destination: pathOf(context, first) };
  }
  const attributes: Record<string, string> = {};
  for (const field of fields) {
    const equals = field.indexOf('=');
    if (equals < 0) throw new Error(`ERROR: invalid value ${field}`);
    attributes[field.slice(0, equals).trim().toLowerCase()] = field.slice(equals + 1);
  }
  const { type = '', dest, ...rest } = attributes;
  if (type === '') throw new Error('ERROR: type is required for output');
  return { type, attributes: rest, destination: destinationOf(context, type, dest) };
}

function destinationOf(
  context: CommandContext,
  type: string,
  dest: string | undefined,
): string | undefined {
  switch (type) {
    case 'local':
      if (dest === undefined) throw new Error('ERROR: dest is required for local output');
      if (dest === '-') throw new Error('ERROR: dest cannot be stdout for local output');
      return pathOf(context, dest);
    case 'tar':
    case 'oci':
      return dest === undefined || dest === '-' ? stdoutOf(context) : pathOf(context, dest);
    case 'docker':
      return dest === undefined || dest === ''
        ? undefined
        : dest === '-'
          ? stdoutOf(context)
          : pathOf(context, dest);
    case 'image':
    case 'registry':
    case 'cacheonly':
      return undefined;
    default:
      throw new Error(
        `ERROR: failed to solve: exporter ${JSON.stringify(type)} could not be found`,
      );
  }
}

function stdoutOf({ out }: CommandContext): string {
  if (out.terminal)
    throw new Error('ERROR: dest file is required for tar exporter. refusing to write to console');
  return '-';
}

function pathOf({ invocation }: CommandContext, path: string): string {
  return absolutePath(path, invocation.workingDirectory);
}

/** Takes the tar apart, or puts it where it was asked for. */
async function writeOutput(
  context: CommandContext,
  { type, attributes, destination }: BuildOutput,
  tar: ReadableStream<Uint8Array>,
): Promise<void> {
  if (destination === undefined) return tar.cancel();
  if (destination === '-') {
    const reader = tar.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      await context.out.write(value);
    }
  }
  const files = filesOf(context);
  const isUnpacked = type === 'local' || attributes['tar'] === 'false';
  if (!isUnpacked) return files.writeStream(destination, tar);
  await makeDirectory(context, destination);
  return files.writeTar(destination, tar);
}

/** The files' interface makes a file's parents: one that goes again. */
async function makeDirectory(context: CommandContext, path: string): Promise<void> {
  const files = filesOf(context);
  const marker = `${path}/.bottleship-output`;
  await files.writeFile(marker, new Uint8Array(), { parents: true });
  await files.removeFile(marker);
}

interface OpenOutput {
  readonly writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly written: Promise<void>;
}

/** The archives of a build as they come, each on its way to where it goes. Of one that never comes nothing is made. */
export class OutputWriters {
  readonly #context: CommandContext;
  readonly #outputs: readonly BuildOutput[];
  readonly #open = new Map<number, OpenOutput>();

  constructor(context: CommandContext, outputs: readonly BuildOutput[]) {
    this.#context = context;
    this.#outputs = outputs;
  }

  async write(index: number, piece: Uint8Array): Promise<void> {
    const output = this.#outputs[index];
    if (output === undefined) return;
    const { writer, written } = this.#open.get(index) ?? this.#start(index, output);
    await Promise.race([writer.write(piece), written]);
  }

  /** Resolves when all is written. */
  async close(): Promise<void> {
    for (const { writer, written } of this.#open.values()) {
      await Promise.race([writer.close(), written]);
      await written;
    }
  }

  /** Never rejects. */
  async abort(reason: unknown): Promise<void> {
    for (const { writer, written } of this.#open.values()) {
      await writer.abort(reason).catch(() => undefined);
      await written.catch(() => undefined);
    }
  }

  #start(index: number, output: BuildOutput): OpenOutput {
    const pieces = new TransformStream<Uint8Array, Uint8Array>();
    const written = writeOutput(this.#context, output, pieces.readable);
    // Told with the next piece, or at the end.
    written.catch(() => undefined);
    const open = { writer: pieces.writable.getWriter(), written };
    this.#open.set(index, open);
    return open;
  }
}
