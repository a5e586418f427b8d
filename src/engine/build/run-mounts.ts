/** What RUN's mounts come to on the machine: directories and files to bind, and what is tidied up behind. */
import type { Mount } from '../../api/container.ts';
import type { RunMount, RunStep } from '../../build/step/build-step.ts';
import type { Digest } from '../../image/digest.ts';
import { digestHex } from '../../image/digest.ts';
import type { SetupStep } from '../../guest/plan.ts';
import { KindError } from '../../lib/errors.ts';
import { goQuote } from '../../lib/go-quote.ts';
import { randomId, type Daemon } from '../daemon.ts';
import { measureDirectories } from '../disk-usage.ts';
import { applyEach } from '../guest-plans.ts';
import { dockerRoot, layersRoot } from '../spec/paths.ts';
import { layerDirs } from '../spec/root-plan.ts';
import { step } from '../spec/step.ts';
import type { BuildSshAgent } from '../server/backend/build-backend.ts';
import { openSshSocket } from './ssh-socket.ts';
import { holdCacheMount, lockCacheMounts } from './cache-mounts.ts';
import { resolvePath, type TreeNode } from './file-tree.ts';

/** Files of another stage, of an image or of a context, as a mount needs them. */
export interface MountSource {
  readonly tree: TreeNode;
  readonly diffIds: readonly Digest[];
  /** Where in those layers the tree begins; absent for their root. */
  readonly base?: string;
}

export interface PreparedMounts {
  readonly mounts: readonly Mount[];
  /** Of an SSH agent. */
  readonly env: readonly string[];
  /** Of secrets that are variables. */
  readonly secretEnv: readonly string[];
  /** Idempotent; never rejects. */
  close(): Promise<void>;
}

const cause = 'Bring what a RUN instruction mounts';

export interface MountOptions {
  /** For each of the step's mounts, what its `from` names. */
  readonly sources: readonly (MountSource | undefined)[];
  readonly secrets: ReadonlyMap<string, Uint8Array>;
  readonly ssh: ReadonlyMap<string, BuildSshAgent>;
  /** Ends the wait for what another RUN has. */
  readonly signal: AbortSignal;
}

/** Rejects with nothing left behind. */
export async function prepareMounts(
  daemon: Daemon,
  runStep: RunStep,
  options: MountOptions,
): Promise<PreparedMounts> {
  const work = new MountWork(daemon, options);
  try {
    await work.lock(runStep.mounts, options.signal);
    for (const [index, mount] of runStep.mounts.entries())
      await work.add(mount, options.sources[index]);
    if (runStep.script !== undefined) await work.addScript(runStep.script);
    const agent = runStep.mounts.find(({ type }) => type === 'ssh')?.target;
    if (agent !== undefined && !runStep.env.some((one) => one.startsWith('SSH_AUTH_SOCK=')))
      work.env.push(`SSH_AUTH_SOCK=${agent}`);
  } catch (error) {
    await work.close();
    throw error;
  }
  return work;
}

class MountWork implements PreparedMounts {
  readonly mounts: Mount[] = [];
  readonly env: string[] = [];
  readonly secretEnv: string[] = [];
  readonly #daemon: Daemon;
  readonly #options: MountOptions;
  readonly #dir: string;
  readonly #undo: (() => Promise<void>)[] = [];
  #fileCount = 0;

  constructor(daemon: Daemon, options: MountOptions) {
    this.#daemon = daemon;
    this.#options = options;
    this.#dir = `/run/bottleship/build/${randomId(daemon.random).slice(0, 16)}`;
  }

  async lock(mounts: readonly RunMount[], signal: AbortSignal): Promise<void> {
    const release = await lockCacheMounts(this.#daemon, mounts, signal);
    this.#undo.push(async () => release());
  }

  async add(mount: RunMount, source: MountSource | undefined): Promise<void> {
    switch (mount.type) {
      case 'tmpfs': {
        const size = mount.sizeBytes === 0 ? {} : { TmpfsOptions: { SizeBytes: mount.sizeBytes } };
        this.mounts.push({ Type: 'tmpfs', Target: mount.target, ...size });
        return;
      }
      case 'secret':
        return this.#addSecret(mount);
      case 'ssh':
        return this.#addSsh(mount);
      case 'cache':
        return this.#addCache(mount, source);
      case 'bind': {
        if (source === undefined)
          throw new KindError('invalidParameter', 'bind mount without a source');
        const root = await this.#showTree(source.diffIds, mount.readonly);
        this.#bind(`${root}${pathIn(source, mount.source)}`, mount);
      }
    }
  }

  async addScript(script: { readonly path: string; readonly content: string }): Promise<void> {
    const path = await this.#writeFile(new TextEncoder().encode(script.content), 0o755);
    this.#bind(path, { target: script.path, readonly: true });
  }

  async close(): Promise<void> {
    for (const undo of this.#undo.splice(0).reverse()) await undo();
  }

  #bind(
    path: string,
    { target, readonly }: { readonly target: string; readonly readonly: boolean },
  ): void {
    this.mounts.push({ Type: 'bind', Source: path, Target: target, ReadOnly: readonly });
  }

  async #addSecret(mount: Extract<RunMount, { readonly type: 'secret' }>): Promise<void> {
    const secret = this.#options.secrets.get(mount.id);
    if (secret === undefined) {
      if (!mount.required) return;
      throw new KindError('notFound', `secret ${mount.id}: not found`);
    }
    if (mount.env !== undefined)
      this.secretEnv.push(`${mount.env}=${new TextDecoder().decode(secret)}`);
    if (mount.target === undefined) return;
    const path = await this.#writeFile(secret, mount.mode, true);
    const { uid, gid } = mount;
    await this.#apply([step({ op: 'chown', path, uid, gid }, cause)]);
    this.#bind(path, { target: mount.target, readonly: true });
  }

  async #addSsh(mount: Extract<RunMount, { readonly type: 'ssh' }>): Promise<void> {
    const { ssh, signal } = this.#options;
    const agent = ssh.get(mount.id);
    if (agent === undefined) {
      if (!mount.required) return;
      throw new KindError('invalidParameter', `unset ssh forward key ${mount.id}`);
    }
    const { mode, uid, gid } = mount;
    const socket = await openSshSocket(this.#daemon, agent, { mode, uid, gid, signal });
    this.#undo.push(() => socket.close());
    this.#bind(socket.path, { target: mount.target, readonly: false });
  }

  async #addCache(
    mount: Extract<RunMount, { readonly type: 'cache' }>,
    source: MountSource | undefined,
  ): Promise<void> {
    const held = await holdCacheMount(this.#daemon, mount);
    this.#undo.push(async () => {
      const sizes = await measureDirectories(this.#daemon, [held.path]).catch(() => undefined);
      this.#daemon.buildCache.setSize(held.entryId, sizes?.get(held.path) ?? 0);
      held.release();
    });
    await this.#apply(held.steps);
    if (held.isNew && source !== undefined && source.diffIds.length > 0) {
      const root = await this.#showTree(source.diffIds, true);
      const from = `${root}${pathIn(source, mount.source)}`;
      await this.#apply([step({ op: 'copyTree', from, to: held.path }, cause)]);
    }
    this.#bind(held.path, mount);
  }

  async #writeFile(content: Uint8Array, mode: number, secret = false): Promise<string> {
    await this.#makeDir();
    const path = `${this.#dir}/file-${this.#fileCount++}`;
    await this.#apply([
      step({ op: 'writeFile', path, content, mode, secret }, cause),
      step({ op: 'chmod', path, mode }, cause),
    ]);
    return path;
  }

  /** A directory of the machine that shows the files; what is written there goes. */
  async #showTree(diffIds: readonly Digest[], readonly: boolean): Promise<string> {
    const [first] = diffIds;
    if (readonly && first !== undefined && diffIds.length === 1)
      return `${layersRoot}/${digestHex(first)}`;
    await this.#makeDir();
    const path = `${this.#dir}/tree-${this.#fileCount++}`;
    if (first === undefined) {
      await this.#apply([step({ op: 'mkdir', path, mode: 0o755, parents: true }, cause)]);
      return path;
    }
    const lower = `lowerdir=${layerDirs(diffIds).join(':')}`;
    const overlay = `${dockerRoot}/overlay2/${randomId(this.#daemon.random)}`;
    const upper = readonly ? '' : `,upperdir=${overlay}/diff,workdir=${overlay}/work`;
    const data = `${lower}${upper}${readonly ? '' : ',index=off,xino=off'}`;
    this.#undo.push(() =>
      applyEach(this.#daemon.guest, [
        step({ op: 'umount', target: path, detach: true }, cause),
        ...(readonly ? [] : [step({ op: 'removeTree', path: overlay }, cause)]),
      ]),
    );
    const dirs = readonly ? [path] : [path, `${overlay}/diff`, `${overlay}/work`];
    await this.#apply([
      ...dirs.map((dir) => step({ op: 'mkdir', path: dir, mode: 0o755, parents: true }, cause)),
      step(
        { op: 'mount', source: 'overlay', target: path, fstype: 'overlay', flags: [], data },
        cause,
      ),
    ]);
    return path;
  }

  async #makeDir(): Promise<void> {
    if (this.#fileCount > 0) return;
    this.#undo.unshift(() =>
      applyEach(this.#daemon.guest, [step({ op: 'removeTree', path: this.#dir }, cause)]),
    );
    await this.#apply([step({ op: 'mkdir', path: this.#dir, mode: 0o700, parents: true }, cause)]);
  }

  async #apply(steps: readonly SetupStep[]): Promise<void> {
    if (steps.length > 0) await this.#daemon.guest.apply({ before: steps });
  }
}

/** Symlinks are followed in the tree, so that the machine finds none. */
function pathIn({ tree, base }: MountSource, source: string): string {
  const { path, node } = resolvePath(tree, source);
  if (node === undefined) {
    const message = `failed to compute cache key: failed to calculate checksum of ref: ${goQuote(source)}: not found`;
    throw new KindError('notFound', message);
  }
  return [base ?? '', path]
    .filter(Boolean)
    .map((part) => `/${part}`)
    .join('');
}
