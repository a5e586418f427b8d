/**
 * What comes first once the agent said hello: the shell somebody waits for, or the engine's set-up of
 * the machine. Both are work for one slow processor, and a shell needs none of the set-up; so the
 * set-up waits for the first prompt, unless somebody asks for the engine before.
 */
import type { GuestProcess } from '../guest/guest.ts';

export class SetupOrder {
  /** Resolves when the machine is set up; rejects with what hindered it. */
  readonly ready: Promise<void>;
  /** Resolves when the first shell printed something; with `ready` when there is none. */
  readonly shellReady: Promise<void>;
  readonly #agent: Promise<void>;
  #shellCount = 0;
  #begin: () => void = () => undefined;
  #showShell: () => void = () => undefined;

  constructor(agent: Promise<void>, setUp: () => Promise<void>) {
    this.#agent = agent;
    const begun = new Promise<void>((resolve) => {
      this.#begin = resolve;
    });
    const shown = new Promise<void>((resolve) => {
      this.#showShell = resolve;
    });
    this.ready = Promise.all([agent, begun]).then(() => setUp());
    this.shellReady = Promise.race([shown, this.ready]);
    // An agent that is there at once is heard before anybody could ask for a shell: theirs is the next turn.
    agent.then(
      () =>
        void setTimeout(() => {
          if (this.#shellCount === 0) this.#begin();
        }, 0),
      () => this.#begin(),
    );
    // Whoever waits for them hears of a failure.
    this.ready.catch(() => undefined);
    this.shellReady.catch(() => undefined);
  }

  /** Waits for the set-up and lets it begin now. */
  demand(): Promise<void> {
    this.#begin();
    return this.ready;
  }

  /** Opens a shell as soon as the agent is there; the set-up waits for what the first one prints. */
  async shell(open: () => Promise<GuestProcess>): Promise<GuestProcess> {
    const isFirst = this.#shellCount === 0;
    this.#shellCount += 1;
    try {
      await this.#agent;
      const process = await open();
      return isFirst ? this.#watch(process) : process;
    } catch (error) {
      if (isFirst) this.#begin();
      throw error;
    }
  }

  #watch(process: GuestProcess): GuestProcess {
    const seen = (): void => {
      this.#showShell();
      this.#begin();
    };
    // A shell that ends without a word holds nothing up either.
    process.exit.then(seen, seen);
    const watched = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        controller.enqueue(chunk);
        seen();
      },
    });
    return {
      pid: process.pid,
      key: process.key,
      stdin: process.stdin,
      stdout: process.stdout.pipeThrough(watched),
      stderr: process.stderr,
      exit: process.exit,
      trace: process.trace,
      resize: (columns, rows) => process.resize(columns, rows),
      signal: (number) => process.signal(number),
    };
  }
}
