/** A step that is open: what was passed, what is being done on the machine, and the looking at its checks. */
import { systemEvents } from '../../../client/system.ts';
import type { Check, Step } from '../../../lesson/course.ts';
import type { LessonMachine } from '../../../lesson/lesson-machine.ts';
import { enterStep, resetStep, solveStep, type StepFailure } from '../../../lesson/play-step.ts';
import { runCheck } from '../../../lesson/run-check.ts';
import { saveCommand } from '../../../lesson/shell-words.ts';
import { stepProgress, type StepProgress } from '../../../lesson/step-progress.ts';
import { DisposableStore, type Disposable } from '../../../lib/disposable.ts';
import { errorMessage } from '../../../lib/errors.ts';
import type { ViewMachine } from '../view-services.ts';
import { CheckLoop } from './check-loop.ts';

export type StepPhase = 'waiting' | 'entering' | 'open' | 'solving' | 'resetting';

export interface StepRunOptions {
  readonly passed: readonly string[];
  /** Steps that were entered on a machine are not entered again. */
  readonly isEntered: (machine: ViewMachine) => boolean;
  /** Called whenever the set of passed checks changed. */
  readonly changed: (passed: readonly string[]) => void;
  /** A check has just passed. */
  readonly checkPassed: (id: string) => void;
}

export class StepRun implements Disposable {
  readonly step: Step;
  #passed = $state.raw<ReadonlySet<string>>(new Set());
  #failedAfterAttempt = $state.raw<ReadonlySet<string>>(new Set());
  #phase = $state<StepPhase>('waiting');
  #failure = $state('');
  readonly #options: StepRunOptions;
  readonly #loop: CheckLoop;
  /** Of the current machine. */
  #store = new DisposableStore();
  #machine: LessonMachine | undefined;
  #attempted = false;

  constructor(step: Step, options: StepRunOptions) {
    this.step = step;
    this.#options = options;
    this.#passed = new Set(options.passed);
    this.#loop = new CheckLoop({
      open: () => (this.#phase === 'open' ? this.progress.open : []),
      look: (check) => this.#look(check),
    });
  }

  get phase(): StepPhase {
    return this.#phase;
  }
  /** What went wrong when the step was entered, solved or put back; empty when nothing did. */
  get failure(): string {
    return this.#failure;
  }
  get progress(): StepProgress {
    return stepProgress(this.step, this.#passed);
  }
  /** Whether the check was still open after the learner had done something. */
  failedAfterAttempt(id: string): boolean {
    return this.#failedAfterAttempt.has(id);
  }

  /** Goes on on another machine. */
  async use(machine: ViewMachine): Promise<void> {
    this.#leaveMachine();
    const lessonMachine: LessonMachine = {
      run: (script) => machine.host.run(script),
      get: (path) => machine.client.json('GET', path),
    };
    this.#machine = lessonMachine;
    const store = this.#store;
    const isEntered = this.#options.isEntered(machine);
    if (!isEntered) await this.#do('entering', () => enterStep(this.step, lessonMachine));
    else this.#phase = 'open';
    if (store !== this.#store) return;
    void this.#followEvents(machine, store);
    this.#loop.nudge();
  }

  /** The learner did something: what is still open after that gets the hint for failures. */
  attempt(): void {
    this.#attempted = true;
    this.#loop.nudge();
  }

  watch(watched: boolean): void {
    this.#loop.watch(watched);
  }

  async solve(): Promise<void> {
    await this.#do('solving', (machine) => solveStep(this.step, machine));
    this.#loop.nudge();
  }

  async reset(): Promise<void> {
    this.#failedAfterAttempt = new Set();
    this.#attempted = false;
    await this.#do('resetting', (machine) => resetStep(this.step, machine));
    this.#setPassed(new Set());
    this.#loop.nudge();
  }

  /** Writes a block to its file; rejects with the shell's words. */
  async save(path: string, text: string): Promise<void> {
    const result = await this.#machine?.run(saveCommand(path, text));
    if (result === undefined || result.exitCode !== 0) throw new Error(result?.stderr.trim() ?? '');
    this.attempt();
  }

  dispose(): void {
    this.#loop.dispose();
    this.#leaveMachine();
  }

  #leaveMachine(): void {
    this.#store.dispose();
    this.#store = new DisposableStore();
    this.#machine = undefined;
    this.#phase = 'waiting';
  }

  async #do(
    phase: StepPhase,
    action: (machine: LessonMachine) => Promise<StepFailure | undefined>,
  ): Promise<void> {
    const machine = this.#machine;
    if (machine === undefined || this.#phase === 'solving' || this.#phase === 'resetting') return;
    this.#phase = phase;
    this.#failure = '';
    try {
      const failure = await action(machine);
      if (machine === this.#machine) this.#failure = failure?.message ?? '';
    } catch (error) {
      if (machine === this.#machine) this.#failure = errorMessage(error);
    }
    if (machine === this.#machine) this.#phase = 'open';
  }

  async #look(check: Check): Promise<void> {
    const machine = this.#machine;
    if (machine === undefined || this.#passed.has(check.id)) return;
    const attempted = this.#attempted;
    const { passed } = await runCheck(check, machine);
    if (machine !== this.#machine || this.#phase !== 'open') return;
    if (passed) {
      this.#setPassed(new Set([...this.#passed, check.id]));
      this.#options.checkPassed(check.id);
      // Others may have waited for this one.
      this.#loop.nudge();
    } else if (attempted && !this.#failedAfterAttempt.has(check.id)) {
      this.#failedAfterAttempt = new Set([...this.#failedAfterAttempt, check.id]);
    }
  }

  #setPassed(passed: ReadonlySet<string>): void {
    this.#passed = passed;
    this.#options.changed([...passed]);
  }

  async #followEvents(machine: ViewMachine, store: DisposableStore): Promise<void> {
    const abort = new AbortController();
    store.add({ dispose: () => abort.abort() });
    try {
      for await (const { Action } of await systemEvents(machine.client, { signal: abort.signal })) {
        // Scripts of checks call the engine themselves; what they cause must not start them again.
        if (!this.#loop.looking && !Action.startsWith('exec_')) this.#loop.nudge();
      }
    } catch {
      // Left, or the machine is gone: the loop looks now and then as long as there is one.
    }
  }
}
