/** A git repository as a context or for ADD, fetched by the machine's own git under the gateway's rules. */
import {
  parseGitReference,
  withoutCredentials,
  type GitReference,
} from '../../build/step/git-reference.ts';
import { collectText } from '../../guest/collect-text.ts';
import type { SetupPlan } from '../../guest/plan.ts';
import { KindError, errorKind } from '../../lib/errors.ts';
import type { LayerLease } from '../../image/layer-store.ts';
import { applyEach } from '../guest-plans.ts';
import { randomId, type Daemon } from '../daemon.ts';
import { defaultPath } from '../spec/environment.ts';
import { dockerRoot } from '../spec/paths.ts';
import { step } from '../spec/step.ts';
import type { BuildSshAgent } from '../server/backend/build-backend.ts';
import { ingestContext } from './build-context.ts';
import { openSshSocket, type SshSocket } from './ssh-socket.ts';
import type { MountSource } from './run-mounts.ts';

const cause = 'Fetch the git repository of a build';

export interface GitOptions {
  readonly lease: LayerLease;
  readonly signal: AbortSignal;
  /** `.git` comes along. */
  readonly keepGitDir: boolean;
  /** By ID; `default` is what ssh is given. */
  readonly ssh: ReadonlyMap<string, BuildSshAgent>;
  /** The commit that it must be, or its beginning; empty for any. */
  readonly checksum?: string;
}

/** Rejects with git's own words when the repository or the reference cannot be had; nothing of it stays behind. */
export async function fetchGit(
  daemon: Daemon,
  source: string,
  options: GitOptions,
): Promise<MountSource> {
  const reference = parseGitReference(source);
  const checkout = new GitCheckout(daemon, reference, options);
  try {
    await checkout.fetch();
    await checkout.verify(options.checksum ?? '');
    if (!options.keepGitDir) await checkout.dropGitDir();
    return await ingestContext(daemon, await checkout.files(), options);
  } finally {
    await checkout.dispose();
  }
}

class GitCheckout {
  readonly #daemon: Daemon;
  readonly #reference: GitReference;
  readonly #options: GitOptions;
  readonly #path: string;
  #agent: SshSocket | undefined;

  constructor(daemon: Daemon, reference: GitReference, options: GitOptions) {
    this.#daemon = daemon;
    this.#reference = reference;
    this.#options = options;
    this.#path = `${dockerRoot}/tmp/git-${randomId(daemon.random).slice(0, 16)}`;
  }

  async fetch(): Promise<void> {
    const { ref } = this.#reference;
    await this.#daemon.guest.apply({
      before: [step({ op: 'mkdir', path: this.#path, mode: 0o755, parents: true }, cause)],
    });
    await this.#openAgent();
    await this.#git(['init', '-q', '--template=']);
    const wanted = ref === '' ? 'HEAD' : ref;
    try {
      await this.#git(['fetch', '-q', '--depth=1', '--no-tags', 'origin', wanted]);
      await this.#git(['checkout', '-q', '--detach', 'FETCH_HEAD']);
    } catch (error) {
      // A server need not give a commit by its name, least of all by a short one.
      if (!/^[0-9a-f]{7,40}$/.test(ref)) throw error;
      await this.#git(['fetch', '-q', '--tags', 'origin']);
      await this.#git(['checkout', '-q', '--detach', ref]);
    }
    if (await this.#has('.gitmodules'))
      await this.#git(['submodule', '-q', 'update', '--init', '--recursive', '--depth=1']);
  }

  async verify(checksum: string): Promise<void> {
    if (checksum === '') return;
    const commit = (await this.#git(['rev-parse', 'HEAD'])).trim();
    if (commit.startsWith(checksum)) return;
    throw new KindError(
      'invalidParameter',
      `expected checksum to match ${checksum}, got ${commit}`,
    );
  }

  async dropGitDir(): Promise<void> {
    await applyEach(this.#daemon.guest, [
      step({ op: 'removeTree', path: `${this.#path}/.git` }, cause),
    ]);
  }

  /** A tar of the directory that was asked for. */
  async files(): Promise<AsyncIterable<Uint8Array>> {
    const { directory } = this.#reference;
    if (directory !== '' && !(await this.#has(directory)))
      throw new KindError(
        'notFound',
        `failed to lookup subdirectory ${directory}: no such file or directory`,
      );
    const options = { root: this.#path, bare: true };
    const path = directory === '' ? '/.' : `/${directory}/.`;
    return this.#daemon.guest.readTar(path, options);
  }

  async dispose(): Promise<void> {
    await this.#agent?.close();
    await applyEach(this.#daemon.guest, [step({ op: 'removeTree', path: this.#path }, cause)]);
  }

  async #openAgent(): Promise<void> {
    const { ssh, signal } = this.#options;
    const agent = ssh.get('default');
    if (agent === undefined || /^(https?|git):\/\//.test(this.#reference.remote)) return;
    this.#agent = await openSshSocket(this.#daemon, agent, { mode: 0o600, uid: 0, gid: 0, signal });
  }

  async #has(path: string): Promise<boolean> {
    try {
      await this.#daemon.guest.stat(`/${path}`, { root: this.#path });
      return true;
    } catch (error) {
      if (errorKind(error) === 'notFound') return false;
      throw error;
    }
  }

  /** What it printed. Rejects with its complaint. */
  async #git(args: readonly string[]): Promise<string> {
    this.#options.signal.throwIfAborted();
    const { remote } = this.#reference;
    const stdio = { stdin: false, stdout: true, stderr: true };
    const process = await this.#daemon.guest.run(this.#plan(args), { stdio });
    const stop = () => void process.signal(9).catch(() => undefined);
    this.#options.signal.addEventListener('abort', stop, { once: true });
    try {
      const [output, complaint, { code }] = await Promise.all([
        collectText(process.stdout),
        collectText(process.stderr),
        process.exit,
      ]);
      this.#options.signal.throwIfAborted();
      if (code === 0) return output;
      throw new KindError(
        'invalidParameter',
        `failed to fetch remote ${withoutCredentials(remote)}: git stderr:\n${complaint}: exit status ${code}`,
      );
    } finally {
      this.#options.signal.removeEventListener('abort', stop);
    }
  }

  /** Nothing of the machine's user is asked: no configuration, no password. A repository names no files as submodules. */
  #plan(args: readonly string[]): SetupPlan {
    const settings = [
      ['remote.origin.url', this.#reference.remote],
      ['remote.origin.fetch', '+refs/heads/*:refs/remotes/origin/*'],
      // It is thrown away in a moment.
      ['maintenance.auto', 'false'],
      ['gc.auto', '0'],
    ];
    const env = [
      ...environment,
      ...(this.#agent === undefined ? [] : [`SSH_AUTH_SOCK=${this.#agent.path}`]),
      `GIT_CONFIG_COUNT=${settings.length}`,
      ...settings.flatMap(([key, value], index) => [
        `GIT_CONFIG_KEY_${index}=${key}`,
        `GIT_CONFIG_VALUE_${index}=${value}`,
      ]),
    ];
    const argv = ['git', '-C', this.#path, ...args];
    return {
      before: [],
      clone: { namespaces: [] },
      child: [
        { operation: { op: 'setsid' }, cause },
        { operation: { op: 'umask', mask: 0o022 }, cause },
        { operation: { op: 'exec', path: 'git', argv, env }, cause },
      ],
    };
  }
}

const environment = [
  `PATH=${defaultPath}`,
  'HOME=/dev/null',
  'LC_ALL=C',
  'GIT_CONFIG_NOSYSTEM=1',
  'GIT_TERMINAL_PROMPT=0',
  'GIT_ALLOW_PROTOCOL=git:http:https:ssh',
  'GIT_SSH_COMMAND=ssh -F /dev/null -o BatchMode=yes -o StrictHostKeyChecking=no',
];
