/**
 * The life of one machine as the page shows it: downloading, booting, starting, ready or failed. A
 * failure is a state with a cause, never a rejected promise in a component; retry makes a new host.
 */
import type { Disposable } from '../lib/disposable.ts';
import { errorMessage } from '../lib/errors.ts';
import { bootPhases } from './container-host.ts';
import type { BootPhase, ContainerHost } from './container-host.ts';

export type SessionPhase = 'idle' | BootPhase | 'ready' | 'failed';
export type StepState = 'waiting' | 'running' | 'done' | 'failed';

/** Characters of kernel log kept: a boot with every message is about 40 K. */
const consoleCharactersMax = 128 * 1024;

export interface SessionOptions {
  /** `saved` names a session that the host goes on from. */
  readonly createHost: (saved?: string) => ContainerHost;
  /** Milliseconds, monotonic. */
  readonly now?: () => number;
}

export class Session implements Disposable {
  #phase = $state<SessionPhase>('idle');
  #failedPhase = $state<BootPhase | undefined>();
  #cause = $state('');
  #receivedBytes = $state(0);
  #totalBytes = $state(0);
  #consoleText = $state.raw('');
  #bootMs = $state<number | undefined>();
  #diskLasts = $state(true);
  #host = $state.raw<ContainerHost | undefined>();
  readonly #createHost: (saved?: string) => ContainerHost;
  readonly #now: () => number;
  readonly #hostListeners = new Set<(host: ContainerHost) => void>();
  readonly #readyListeners = new Set<(host: ContainerHost) => void>();
  readonly #phaseListeners = new Set<(phase: SessionPhase, cause: string) => void>();
  #started: Promise<void> = Promise.resolve();

  constructor(options: SessionOptions) {
    this.#createHost = options.createHost;
    this.#now = options.now ?? (() => performance.now());
  }

  get phase(): SessionPhase {
    return this.#phase;
  }
  /** The phase in which the start failed; undefined when the host was lost after it was ready. */
  get failedPhase(): BootPhase | undefined {
    return this.#failedPhase;
  }
  get cause(): string {
    return this.#cause;
  }
  get receivedBytes(): number {
    return this.#receivedBytes;
  }
  get totalBytes(): number {
    return this.#totalBytes;
  }
  get consoleText(): string {
    return this.#consoleText;
  }
  /** False: images and containers are forgotten with this page, since another tab has the site's disk. */
  get diskLasts(): boolean {
    return this.#diskLasts;
  }
  /** From start to ready; undefined before. */
  get bootMs(): number | undefined {
    return this.#bootMs;
  }
  /** The host while it is ready. */
  get host(): ContainerHost | undefined {
    return this.#phase === 'ready' ? this.#host : undefined;
  }

  /** How far a phase of the start is. */
  stepState(phase: BootPhase): StepState {
    if (this.#phase === 'ready') return 'done';
    const current = this.#phase === 'failed' ? this.#failedPhase : this.#phase;
    if (current === undefined) return 'done';
    if (current === 'idle') return 'waiting';
    const distance = bootPhases.indexOf(phase) - bootPhases.indexOf(current as BootPhase);
    if (distance < 0) return 'done';
    if (distance > 0) return 'waiting';
    return this.#phase === 'failed' ? 'failed' : 'running';
  }

  /** Replaces what the console showed by the kernel's whole log, once a machine can be asked for it. */
  async readKernelLog(): Promise<void> {
    const host = this.host;
    if (host === undefined) return;
    try {
      const { stdout, exitCode } = await host.run('dmesg');
      if (exitCode === 0) this.#whileCurrent(host, () => (this.#consoleText = stdout));
    } catch {
      // The console's text stays: the log is an extra, and a lost host shows elsewhere.
    }
  }

  /** Calls back for every host as its start begins, at once for one that is starting or ready. */
  onHost(listener: (host: ContainerHost) => void): Disposable {
    this.#hostListeners.add(listener);
    if (this.#host !== undefined && this.#phase !== 'failed') listener(this.#host);
    return { dispose: () => this.#hostListeners.delete(listener) };
  }

  /** Waits for the start that goes on; true when the host came through it and is still the one. */
  async isReady(host: ContainerHost): Promise<boolean> {
    await this.#started;
    return this.host === host;
  }

  /** Calls back whenever a host becomes ready, at once when one is. */
  onReady(listener: (host: ContainerHost) => void): Disposable {
    this.#readyListeners.add(listener);
    const host = this.host;
    if (host !== undefined) listener(host);
    return { dispose: () => this.#readyListeners.delete(listener) };
  }

  /** Calls back with every phase that begins, at once with the one there is; `cause` is that of a failure. */
  onPhase(listener: (phase: SessionPhase, cause: string) => void): Disposable {
    this.#phaseListeners.add(listener);
    listener(this.#phase, this.#cause);
    return { dispose: () => this.#phaseListeners.delete(listener) };
  }

  /** Starts a machine, or starts over after a failure; `saved` names a session to go on from. Never rejects. */
  start(saved?: string): Promise<void> {
    this.#host?.dispose();
    const host = this.#createHost(saved);
    this.#host = host;
    this.#started = this.#boot(host);
    for (const listener of this.#hostListeners) listener(host);
    return this.#started;
  }

  dispose(): void {
    this.#host?.dispose();
    this.#host = undefined;
    this.#setPhase('idle');
  }

  async #boot(host: ContainerHost): Promise<void> {
    this.#failedPhase = undefined;
    this.#cause = '';
    this.#setPhase('downloading');
    this.#receivedBytes = 0;
    this.#consoleText = '';
    this.#bootMs = undefined;
    this.#diskLasts = true;
    const startedAt = this.#now();
    try {
      await host.boot({
        phase: (phase) => this.#whileCurrent(host, () => this.#setPhase(phase)),
        downloaded: (receivedBytes, totalBytes) =>
          this.#whileCurrent(host, () => {
            this.#receivedBytes = receivedBytes;
            this.#totalBytes = totalBytes;
          }),
        console: (text) => this.#whileCurrent(host, () => this.#appendConsole(text)),
        disk: (lasts) => this.#whileCurrent(host, () => (this.#diskLasts = lasts)),
        lost: (cause) => this.#whileCurrent(host, () => this.#fail(host, cause)),
      });
    } catch (error) {
      this.#whileCurrent(host, () => this.#fail(host, errorMessage(error)));
      return;
    }
    this.#whileCurrent(host, () => {
      if (this.#phase === 'failed') return;
      this.#bootMs = this.#now() - startedAt;
      this.#setPhase('ready');
      for (const listener of this.#readyListeners) listener(host);
    });
  }

  #setPhase(phase: SessionPhase): void {
    this.#phase = phase;
    for (const listener of this.#phaseListeners) listener(phase, this.#cause);
  }

  /** A host that was replaced may still report; its words no longer count. */
  #whileCurrent(host: ContainerHost, action: () => void): void {
    if (this.#host === host) action();
  }

  #fail(host: ContainerHost, cause: string): void {
    const phase = this.#phase;
    // The first cause counts: disposing the host makes it report that it is lost.
    if (phase === 'failed') return;
    this.#failedPhase = bootPhases.find((candidate) => candidate === phase);
    this.#cause = cause;
    this.#setPhase('failed');
    host.dispose();
  }

  #appendConsole(text: string): void {
    this.#consoleText = (this.#consoleText + text).slice(-consoleCharactersMax);
  }
}
