/**
 * The SSH agent of a client as a socket of its own for a RUN or for git: the machine's socat passes connections on to
 * the client's socket; for key files the machine's ssh-agent holds them as long as the socket is there.
 */
import type { GuestProcess } from '../../guest/guest.ts';
import type { SetupPlan } from '../../guest/plan.ts';
import { collectText } from '../../guest/collect-text.ts';
import { errorKind, KindError } from '../../lib/errors.ts';
import { randomId, type Daemon } from '../daemon.ts';
import { applyEach } from '../guest-plans.ts';
import type { BuildSshAgent } from '../server/backend/build-backend.ts';
import { defaultPath } from '../spec/environment.ts';
import { step } from '../spec/step.ts';

const cause = 'Forward the SSH agent of a build';
/** A program that has not made its socket by then never will. */
const startMsMax = 30_000;
const pollMs = 20;

export interface SshSocketOptions {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly signal: AbortSignal;
}

export interface SshSocket {
  readonly path: string;
  /** Idempotent; never rejects. */
  close(): Promise<void>;
}

/** Rejects with nothing left behind. */
export async function openSshSocket(
  daemon: Daemon,
  agent: BuildSshAgent,
  options: SshSocketOptions,
): Promise<SshSocket> {
  const forward = new SshForward(daemon, options);
  try {
    await forward.open(agent);
    return forward;
  } catch (error) {
    await forward.close();
    throw error;
  }
}

class SshForward implements SshSocket {
  readonly path: string;
  readonly #daemon: Daemon;
  readonly #options: SshSocketOptions;
  readonly #dir: string;
  readonly #processes: GuestProcess[] = [];

  constructor(daemon: Daemon, options: SshSocketOptions) {
    this.#daemon = daemon;
    this.#options = options;
    this.#dir = `/run/bottleship/ssh/${randomId(daemon.random).slice(0, 16)}`;
    this.path = `${this.#dir}/socket`;
  }

  async open(agent: BuildSshAgent): Promise<void> {
    await this.#daemon.guest.apply({
      before: [step({ op: 'mkdir', path: this.#dir, mode: 0o700, parents: true }, cause)],
    });
    const target = 'socket' in agent ? agent.socket : await this.#startAgent(agent.keys);
    const { mode, uid, gid } = this.#options;
    const access = `mode=${mode.toString(8)},user=${uid},group=${gid}`;
    const listen = `UNIX-LISTEN:${this.path},fork,${access}`;
    await this.#start(['socat', listen, `UNIX-CONNECT:${escapeAddress(target)}`], this.path);
  }

  async close(): Promise<void> {
    for (const process of this.#processes.splice(0).reverse()) {
      await process.signal(15).catch(() => undefined); // it may be gone already
      await process.exit.catch(() => undefined);
    }
    await applyEach(this.#daemon.guest, [step({ op: 'removeTree', path: this.#dir }, cause)]);
  }

  async #startAgent(keys: readonly Uint8Array[]): Promise<string> {
    const socket = `${this.#dir}/agent`;
    await this.#start(['ssh-agent', '-D', '-a', socket], socket);
    const paths = keys.map((_key, index) => `${this.#dir}/key-${index}`);
    await this.#daemon.guest.apply({
      before: keys.map((content, index) =>
        step(
          { op: 'writeFile', path: paths[index] ?? '', content, mode: 0o600, secret: true },
          cause,
        ),
      ),
    });
    const add = await this.#run(['ssh-add', '-q', ...paths], [`SSH_AUTH_SOCK=${socket}`]);
    const [complaint, { code }] = await Promise.all([collectText(add.stderr), add.exit]);
    if (code !== 0)
      throw new KindError('invalidParameter', `failed to add key to agent: ${complaint.trim()}`);
    await applyEach(
      this.#daemon.guest,
      paths.map((path) => step({ op: 'removeTree', path }, cause)),
    );
    return socket;
  }

  /** Resolves when the program has made its socket. */
  async #start(argv: readonly [string, ...string[]], socket: string): Promise<void> {
    const { guest, clock } = this.#daemon;
    const process = await this.#run(argv);
    this.#processes.push(process);
    let hasEnded = false;
    const ended = process.exit.then(() => (hasEnded = true));
    const complaint = collectText(process.stderr);
    const deadline = clock.now() + startMsMax;
    while (!(await isThere(guest, socket))) {
      this.#options.signal.throwIfAborted();
      if (hasEnded || clock.now() > deadline)
        throw new Error(
          `Cannot forward the SSH agent: ${hasEnded ? (await complaint).trim() : `${argv[0]} does not answer`}`,
        );
      await Promise.race([ended, clock.delay(pollMs)]);
    }
  }

  #run(argv: readonly [string, ...string[]], env: readonly string[] = []): Promise<GuestProcess> {
    const exec = { op: 'exec', path: argv[0], argv, env: [`PATH=${defaultPath}`, ...env] } as const;
    const plan: SetupPlan = {
      before: [],
      clone: { namespaces: [] },
      child: [
        { operation: { op: 'setsid' }, cause },
        { operation: exec, cause },
      ],
    };
    return this.#daemon.guest.run(plan, { stdio: { stdin: false, stdout: false, stderr: true } });
  }
}

async function isThere(guest: Daemon['guest'], path: string): Promise<boolean> {
  try {
    return (await guest.stat(path)).type === 'socket';
  } catch (error) {
    if (errorKind(error) === 'notFound') return false;
    throw error;
  }
}

/** What means something to socat stands for itself. */
function escapeAddress(path: string): string {
  return path.replace(/[^A-Za-z0-9/._-]/g, '\\$&');
}
