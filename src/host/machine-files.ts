/** The machine's files for its own `docker` program: what the CLI reads and writes on behalf of its caller. */
import type { CliFiles, WriteFileOptions } from '../cli/invocation.ts';
import { joinBytes } from '../lib/join-bytes.ts';
import { KindError } from '../lib/errors.ts';
import type { DockerInvocation, Guest, GuestProcess } from '../guest/guest.ts';
import type { SetupOperation, SetupPlan } from '../guest/plan.ts';

const defaultMode = 0o644;

/** Most of an environment file or its like that comes through a descriptor. */
const descriptorBytesMax = 16 * 1024 * 1024;

/** What of the docker program matters here: it inherited the descriptors of `/dev/fd`. */
export type FileCaller = Pick<DockerInvocation, 'processId' | 'configFile'>;

export function machineFiles(guest: Guest, { processId, configFile }: FileCaller): CliFiles {
  return {
    readFile: async (path) => {
      if (path === configFile?.path) return toldContent(configFile);
      const own = descriptorPath(path, processId);
      return own === undefined ? guest.readFile(path) : readDescriptor(guest, own);
    },
    writeFile: (path, content, options) => writeFile(guest, { path, content, ...options }),
    removeFile: (path) => apply(guest, { op: 'removeTree', path }),
    stat: (path) => guest.stat(path),
    openRead: (path) => openRead(guest, descriptorPath(path, processId) ?? path),
    writeStream: (path, source) => writeStream(guest, { path, source }),
    readTar: (path) => guest.readTar(path),
    writeTar: (directory, tar) => guest.writeTar(directory, tar),
  };
}

/** As it was when the program began: nothing in one run of it reads it twice. */
function toldContent({ path, content }: NonNullable<FileCaller['configFile']>): Uint8Array {
  if (content !== undefined) return content;
  throw new KindError('notFound', `open ${path}: no such file or directory`);
}

/** Where a path that means a descriptor of the program (`<(…)`, `/dev/stdin`) leads to from elsewhere. */
export function descriptorPath(path: string, processId: number): string | undefined {
  const number = path === '/dev/stdin' ? '0' : /^\/(?:dev|proc\/self)\/fd\/(\d+)$/.exec(path)?.[1];
  return number && `/proc/${String(processId)}/fd/${number}`;
}

/** Waits for whoever writes into it. */
async function readDescriptor(guest: Guest, path: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of await openRead(guest, path)) {
    sizeBytes += chunk.length;
    if (sizeBytes > descriptorBytesMax) throw new Error(`read ${path}: file too large`);
    chunks.push(chunk);
  }
  return joinBytes(chunks);
}

async function writeFile(
  guest: Guest,
  options: WriteFileOptions & { readonly path: string; readonly content: Uint8Array },
): Promise<void> {
  const { path, content, mode = defaultMode, parents = false } = options;
  if (parents) await apply(guest, { op: 'mkdir', path: parentOf(path), mode: 0o700, parents });
  await guest.writeFile(path, content, { mode });
}

async function openRead(guest: Guest, path: string): Promise<ReadableStream<Uint8Array>> {
  await guest.stat(path);
  const process = await run(guest, ['/bin/cat', '--', path], { stdin: false, stdout: true });
  return process.stdout;
}

/** Into a file beside it first, which then takes its name. */
async function writeStream(
  guest: Guest,
  options: { readonly path: string; readonly source: ReadableStream<Uint8Array> },
): Promise<void> {
  const { path, source } = options;
  const partial = `${parentOf(path)}/.docker_temp_${crypto.randomUUID().slice(0, 8)}`;
  const script = 'umask 077 && exec cat > "$0"';
  const process = await run(guest, ['/bin/sh', '-c', script, partial], {
    stdin: true,
    stdout: false,
  });
  try {
    await source.pipeTo(process.stdin);
    const { code } = await process.exit;
    if (code !== 0) throw new Error(`write ${path}: exit status ${code}`);
    await apply(guest, { op: 'rename', from: partial, to: path });
  } catch (error) {
    await process.signal(9).catch(() => undefined); // it may be gone already
    await process.exit.catch(() => undefined);
    await apply(guest, { op: 'removeTree', path: partial });
    throw error;
  }
}

function run(
  guest: Guest,
  argv: readonly string[],
  stdio: { readonly stdin: boolean; readonly stdout: boolean },
): Promise<GuestProcess> {
  const cause = 'The docker command moves a file of its caller';
  const [path = ''] = argv;
  const operations: SetupOperation[] = [
    { op: 'setsid' },
    { op: 'exec', path, argv, env: ['PATH=/usr/bin:/bin', 'LC_ALL=C'] },
  ];
  const plan: SetupPlan = {
    before: [],
    clone: { namespaces: [] },
    child: operations.map((operation) => ({ operation, cause })),
  };
  return guest.run(plan, { stdio: { ...stdio, stderr: false } });
}

async function apply(guest: Guest, operation: SetupOperation): Promise<void> {
  const cause = 'The docker command changes a file of its caller';
  await guest.apply({ before: [{ operation, cause }] });
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}
