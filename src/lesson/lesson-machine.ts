/** What a lesson needs of the machine; the page and the headless host give it. */
import type { EngineState, EngineStateKey } from './engine-expression.ts';

export interface ScriptResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

export interface LessonMachine {
  /** Bash on the machine, without a terminal. Rejects when the machine is gone. */
  run(script: string): Promise<ScriptResult>;
  /** JSON that the Engine API answers to a GET; rejects with the API's message. */
  get(path: string): Promise<unknown>;
}

const lists: Readonly<Record<EngineStateKey, string>> = {
  containers: '/containers/json?all=1',
  images: '/images/json',
  volumes: '/volumes',
  networks: '/networks',
};

/** Objects that one look may inspect of a kind: a lesson has a handful. */
const objectCountMax = 200;

/** The named parts of the engine's state; the others are empty. */
export async function readEngineState(
  machine: LessonMachine,
  keys: readonly EngineStateKey[],
): Promise<EngineState> {
  const state = { containers: [], images: [], volumes: [], networks: [] } as Record<
    EngineStateKey,
    readonly unknown[]
  >;
  for (const key of keys) {
    const answer = await machine.get(lists[key]);
    const rows = listOf(key === 'volumes' ? (answer as { Volumes?: unknown }).Volumes : answer);
    const paths = rows.slice(0, objectCountMax).map((row) => inspectPath(key, row));
    const objects = await Promise.all(paths.map((path) => inspectOrGone(machine, path)));
    state[key] = objects.filter((object) => object !== undefined);
  }
  return state;
}

function listOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? (value as Readonly<Record<string, unknown>>[]) : [];
}

function inspectPath(key: EngineStateKey, row: Readonly<Record<string, unknown>>): string {
  const name = encodeURIComponent(String(key === 'volumes' ? row['Name'] : row['Id']));
  if (key === 'volumes' || key === 'networks') return `/${key}/${name}`;
  return `/${key}/${name}/json`;
}

/** Whatever was removed since it was listed is not there. */
async function inspectOrGone(machine: LessonMachine, path: string): Promise<unknown> {
  try {
    return await machine.get(path);
  } catch {
    return undefined;
  }
}
