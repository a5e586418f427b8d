/** Keeps the newest sample of each container that `docker stats` shows. */
import type { ContainerStats } from '../../../api/stats.ts';
import { containerStats } from '../../../client/containers.ts';
import { jsonLines } from '../../../client/json-stream.ts';
import type { CommandContext } from '../../command/command.ts';
import type { Row } from '../../format/formatter.ts';
import { statsRow } from './stats-row.ts';

/** After so long without a sample the numbers count as unknown. */
const silenceMsMax = 2000;

interface Entry {
  readonly container: string;
  sample: ContainerStats | undefined;
  valid: boolean;
  error: unknown;
  readonly abort: AbortController;
}

export class StatsCollector {
  readonly #context: CommandContext;
  readonly #stream: boolean;
  readonly #entries = new Map<string, Entry>();

  constructor(context: CommandContext, options: { readonly stream: boolean }) {
    this.#context = context;
    this.#stream = options.stream;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Resolves with the first sample, with a failure, or when none comes. */
  add(container: string): Promise<void> {
    if (this.#entries.has(container)) return Promise.resolve();
    const abort = new AbortController();
    const entry: Entry = { container, sample: undefined, valid: true, error: undefined, abort };
    this.#entries.set(container, entry);
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        entry.valid = false;
        resolve();
      }, silenceMsMax);
      const onSample = () => {
        clearTimeout(timer);
        resolve();
      };
      void this.#collect(entry, onSample).finally(onSample);
    });
  }

  remove(container: string): void {
    this.#entries.get(container)?.abort.abort();
    this.#entries.delete(container);
  }

  /** One for each container that could not be measured. */
  get errors(): readonly unknown[] {
    return [...this.#entries.values()].flatMap(({ error }) => (error === undefined ? [] : [error]));
  }

  rows(options: { readonly truncated: boolean }): readonly Row[] {
    return [...this.#entries.values()].map(({ container, sample, valid }) =>
      statsRow(container, { sample, valid, ...options }),
    );
  }

  dispose(): void {
    for (const { abort } of this.#entries.values()) abort.abort();
    this.#entries.clear();
  }

  async #collect(entry: Entry, onSample: () => void): Promise<void> {
    const { container, abort } = entry;
    const signal = AbortSignal.any([abort.signal, this.#context.signal]);
    let silence: ReturnType<typeof setTimeout> | undefined;
    try {
      const options = { container, stream: this.#stream, signal };
      const samples = await containerStats(this.#context.client, options);
      for await (const sample of jsonLines<ContainerStats>(samples)) {
        clearTimeout(silence);
        entry.sample = sample;
        entry.valid = true;
        onSample();
        silence = setTimeout(() => {
          entry.valid = false;
        }, silenceMsMax);
      }
      if (this.#stream) entry.valid = false;
    } catch (error) {
      entry.valid = false;
      entry.error = error;
    } finally {
      clearTimeout(silence);
    }
  }
}
