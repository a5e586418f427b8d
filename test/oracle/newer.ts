/**
 * What Docker answers at API 1.51 where dockerd 20.10 (API 1.41) answered otherwise: test/golden/engine-newer.json,
 * applied to what is recorded, so that a new recording keeps it.
 */
import { readFile } from 'node:fs/promises';
import { setAt } from './difference.ts';
import type { Exchange, PlayedScenario } from './scenario.ts';

/** Answers that changed for one reason. */
export interface NewerReason {
  /** API version or release. */
  readonly since: string;
  readonly reason: string;
  readonly answers: readonly NewerAnswer[];
}

/** One answer, and its values that are others now, by JSON pointer. */
export interface NewerAnswer {
  /** `topic/scenario` */
  readonly place: string;
  readonly request: string;
  /** Among the same requests of the scenario; the first when absent. */
  readonly occurrence?: number;
  readonly set?: Readonly<Record<string, unknown>>;
  readonly remove?: readonly string[];
}

const file = new URL('../golden/engine-newer.json', import.meta.url);

export async function readNewer(): Promise<NewerReason[]> {
  return JSON.parse(await readFile(file, 'utf8')) as NewerReason[];
}

/** How often the same request came before. */
export function occurrenceOf(exchanges: readonly Exchange[], index: number): number {
  const request = exchanges[index]?.request;
  return exchanges.slice(0, index).filter((other) => other.request === request).length;
}

export function applyNewer(
  { name, exchanges }: PlayedScenario,
  { topic, newer }: { readonly topic: string; readonly newer: readonly NewerReason[] },
): PlayedScenario {
  const place = `${topic}/${name}`;
  return {
    name,
    exchanges: exchanges.map((exchange, index): Exchange => {
      const occurrence = occurrenceOf(exchanges, index);
      const answer = structuredClone(exchange.answer);
      const notes: string[] = [];
      for (const { since, reason, answers } of newer) {
        const entry = answers.find(
          (candidate) =>
            candidate.place === place &&
            candidate.request === exchange.request &&
            (candidate.occurrence ?? 0) === occurrence,
        );
        if (entry === undefined) continue;
        for (const [pointer, value] of Object.entries(entry.set ?? {}))
          setAt(answer, pointer, value);
        for (const pointer of (entry.remove ?? []).toReversed()) setAt(answer, pointer, undefined);
        notes.push(`${since}: ${reason}`);
      }
      return { request: exchange.request, ...(notes.length === 0 ? {} : { notes }), answer };
    }),
  };
}
