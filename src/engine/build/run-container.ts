/** One RUN instruction: a container of the stage's layers runs it, and what it wrote becomes a layer. */
import type { HostConfig } from '../../api/container.ts';
import type { RunStep } from '../../build/step/build-step.ts';
import type { Digest } from '../../image/digest.ts';
import { encodeImageConfig } from '../../image/image-config-json.ts';
import type { LayerInfo, LayerLease } from '../../image/layer-store.ts';
import type { Platform } from '../../image/platform.ts';
import type { TarEntry } from '../../image/tar-reader.ts';
import { rewriteTar, writerEntry } from '../../image/tar-rewrite.ts';
import type { TarWriterEntry } from '../../image/tar-writer.ts';
import { encodeStdcopy, StdcopyDecoder } from '../../lib/stdcopy.ts';
import { containerCreate } from '../container-create.ts';
import { containerRemove } from '../container-remove.ts';
import { containerStart } from '../container-start.ts';
import type { Container } from '../container/container.ts';
import { emptyLayerDiffId, upperLayerTar } from '../container/upper-layer.ts';
import type { Daemon } from '../daemon.ts';
import { resolvePath, type TreeNode } from './file-tree.ts';
import type { PreparedMounts } from './run-mounts.ts';

export interface RunContext {
  readonly tree: TreeNode;
  readonly diffIds: readonly Digest[];
  readonly platform: Platform;
  /** The classic builder's containers have the image's volumes. */
  readonly volumes: Readonly<Record<string, Readonly<Record<string, never>>>> | undefined;
  readonly hostConfig: HostConfig;
  readonly mounts: PreparedMounts;
  readonly lease: LayerLease;
  /** A container that failed stays. */
  readonly keepFailed: boolean;
  readonly signal: AbortSignal;
  readonly onStart: (containerId: string) => void;
  readonly onOutput: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void;
  /** Resolves when the client can take more output. */
  readonly room: () => Promise<void>;
}

export interface RunResult {
  readonly exitCode: number;
  readonly containerId: string;
  readonly isRemoved: boolean;
  /** Undefined when nothing changed, and when it failed. */
  readonly layer?: LayerInfo;
}

export async function runContainer(
  daemon: Daemon,
  runStep: RunStep,
  context: RunContext,
): Promise<RunResult> {
  context.signal.throwIfAborted();
  const image = await putBareImage(daemon, context);
  let container: Container | undefined;
  let keep = false;
  try {
    const { Id: id } = await containerCreate(
      daemon,
      containerRequest(runStep, image.id, context),
      {},
    );
    container = daemon.containers.find(id);
    container.secretEnv = context.mounts.secretEnv;
    const exitCode = await runToEnd(daemon, container, context);
    keep = exitCode !== 0 && context.keepFailed;
    const result = { exitCode, containerId: id, isRemoved: !keep };
    if (exitCode !== 0) return result;
    const { layers } = daemon.images;
    const tar = withoutStubs(upperLayerTar(daemon, id), context);
    const layer = await layers.ingestNew(tar, context.lease);
    return layer.diffId === emptyLayerDiffId ? result : { ...result, layer };
  } finally {
    if (container !== undefined && !keep)
      await containerRemove(daemon, container.id, { force: true, volumes: true, link: false });
    if (image.isNew) await daemon.images.delete(image.id);
  }
}

/** An image of the layers alone, so that the container has nothing but what the step says. */
async function putBareImage(
  daemon: Daemon,
  { platform, diffIds, volumes }: RunContext,
): Promise<{ readonly id: Digest; readonly isNew: boolean }> {
  const config = volumes === undefined ? {} : { Volumes: volumes };
  const bytes = encodeImageConfig({
    platform,
    created: '1970-01-01T00:00:00Z',
    containerConfig: {},
    config,
    diffIds,
    // No other image has this: stages side by side do not take it from one another.
    comment: `build ${[...daemon.random(8)].join('.')}`,
    history: [],
  });
  return { id: await daemon.images.put(bytes), isNew: true };
}

function containerRequest(runStep: RunStep, image: Digest, context: RunContext) {
  const { mounts, hostConfig } = context;
  const network = runStep.network === 'default' ? {} : { NetworkMode: runStep.network };
  return {
    Image: image,
    Cmd: runStep.args,
    Env: [...runStep.env, ...mounts.env],
    WorkingDir: runStep.workdir,
    User: runStep.user,
    AttachStdout: true,
    AttachStderr: true,
    HostConfig: { ...hostConfig, ...network, Mounts: mounts.mounts },
  };
}

async function runToEnd(
  daemon: Daemon,
  container: Container,
  context: RunContext,
): Promise<number> {
  const tap = container.output.tap({ stdout: true, stderr: true, encode: encodeStdcopy });
  const drained = drain(tap.readable, context);
  const ended = container.wait('next-exit', context.signal);
  ended.catch(() => undefined);
  try {
    context.onStart(container.id);
    await containerStart(daemon, container.id);
    const exitCode = await ended;
    await container.run?.finished;
    await drained;
    return exitCode;
  } finally {
    tap.close();
  }
}

async function drain(
  output: ReadableStream<Uint8Array>,
  { onOutput, room }: RunContext,
): Promise<void> {
  const decoder = new StdcopyDecoder();
  for await (const chunk of output) {
    for (const { stream, payload } of decoder.push(chunk))
      if (stream === 'stdout' || stream === 'stderr') onOutput(stream, payload);
    await room();
  }
}

/** What was only made to be mounted upon is no part of the image. */
function withoutStubs(
  tar: AsyncIterable<Uint8Array>,
  { mounts, tree }: RunContext,
): AsyncIterable<Uint8Array> {
  const stubs = new Set(
    mounts.mounts.flatMap(({ Target: target = '' }) => missingPaths(tree, target)),
  );
  return stubs.size === 0 ? tar : withoutEmpty(tar, stubs);
}

/** `target` and the directories on the way to it, as far as they are not there. */
function missingPaths(tree: TreeNode, target: string): string[] {
  const parts = resolvePath(tree, target).path.split('/');
  const paths = parts.map((_part, index) => parts.slice(0, index + 1).join('/'));
  return paths.filter((path) => resolvePath(tree, path, { keepLast: true }).node === undefined);
}

/** A directory with something in it stays: the command itself put that there. */
function withoutEmpty(
  tar: AsyncIterable<Uint8Array>,
  stubs: ReadonlySet<string>,
): AsyncIterable<Uint8Array> {
  const held = new Map<string, TarWriterEntry>();
  const nameOf = ({ name }: TarEntry) => name.replace(/^\.?\/|\/$/g, '');
  return rewriteTar(
    tar,
    (entry) => {
      const name = nameOf(entry);
      if (!stubs.has(name) || entry.sizeBytes > 0) return writerEntry(entry);
      held.set(name, writerEntry(entry));
      return undefined;
    },
    (entry) => {
      const above = [...held].filter(([path]) => nameOf(entry).startsWith(`${path}/`));
      for (const [path] of above) held.delete(path);
      return above.map(([, parent]) => parent);
    },
  );
}
