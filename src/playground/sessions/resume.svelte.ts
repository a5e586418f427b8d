/**
 * Resuming where one left off after a reload, for those who chose it: a page that goes has no time to save a machine, so
 * it is saved before, now and then and when the page is hidden.
 */
import type { SavedTerminal } from '../../api/sessions.ts';
import type { Disposable } from '../../lib/disposable.ts';
import { errorMessage } from '../../lib/errors.ts';
import { writeKept, type KeptStorage } from '../kept.ts';
import type { Session } from '../session.svelte.ts';
import { readKeptResume, resumeId, resumeKey, type KeptResume } from './session-to-resume.ts';

const intervalMsDefault = 2 * 60_000;

export interface ResumeOptions {
  readonly session: Session;
  /** What the terminals show. */
  readonly terminals?: () => readonly SavedTerminal[];
  readonly storage: KeptStorage | undefined;
  readonly intervalMs?: number;
}

export class Resume implements Disposable {
  #isOn = $state(false);
  #error = $state('');
  readonly #options: ResumeOptions;
  #timer: ReturnType<typeof setInterval> | undefined;
  #saving: Promise<void> | undefined;
  readonly #phases: Disposable;

  constructor(options: ResumeOptions) {
    this.#options = options;
    this.#isOn = readKeptResume(options.storage).isOn;
    // What cannot be restored now cannot be with the next reload either.
    this.#phases = options.session.onPhase((phase) => {
      if (phase === 'failed') this.#keep({ isSaved: false });
    });
    this.#setTimer();
  }

  get isOn(): boolean {
    return this.#isOn;
  }
  /** Why the last save by itself failed; empty when it did not. */
  get error(): string {
    return this.#error;
  }

  /** Saves at once when it is switched on; what is saved is kept when it is switched off. */
  async choose(isOn: boolean): Promise<void> {
    this.#isOn = isOn;
    this.#keep({});
    this.#setTimer();
    if (isOn) await this.save();
  }

  /** Nobody looks any more: the page may go. Nothing more is saved then, as a machine that is hidden for long is paused. */
  async hidden(): Promise<void> {
    clearInterval(this.#timer);
    await this.save();
  }

  shown(): void {
    this.#setTimer();
  }

  /** Does nothing unless it is on and there is a machine. Never rejects. */
  save(): Promise<void> {
    const sessions = this.#options.session.host?.sessions;
    if (!this.#isOn || sessions === undefined) return Promise.resolve();
    this.#saving ??= sessions
      .save({
        id: resumeId,
        name: resumeId,
        terminals: this.#options.terminals?.() ?? [],
      })
      .then(
        () => {
          this.#error = '';
          this.#keep({ isSaved: true });
        },
        (error: unknown) => {
          this.#error = errorMessage(error);
        },
      )
      .finally(() => {
        this.#saving = undefined;
      });
    return this.#saving;
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#phases.dispose();
  }

  #keep(change: Partial<KeptResume>): void {
    const { storage } = this.#options;
    writeKept(storage, resumeKey, { ...readKeptResume(storage), ...change, isOn: this.#isOn });
  }

  #setTimer(): void {
    clearInterval(this.#timer);
    if (!this.#isOn) return;
    const { intervalMs = intervalMsDefault } = this.#options;
    this.#timer = setInterval(() => void this.save(), intervalMs);
  }
}
