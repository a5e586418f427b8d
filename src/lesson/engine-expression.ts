/**
 * Conditions on the engine's state, written in JMESPath: it has no loops, so every expression ends.
 * An expression sees `containers`, `images`, `volumes` and `networks`: lists of what `docker inspect` prints.
 */
import jmespath from 'jmespath';
import { errorMessage } from '../lib/errors.ts';

export const engineStateKeys = ['containers', 'images', 'volumes', 'networks'] as const;
export type EngineStateKey = (typeof engineStateKeys)[number];
export type EngineState = Readonly<Record<EngineStateKey, readonly unknown[]>>;

/** What is wrong with the expression's grammar; undefined when nothing is. */
export function checkExpression(expression: string): string | undefined {
  try {
    jmespath.search(nothing, expression);
    return undefined;
  } catch (error) {
    const reason = errorMessage(error);
    // What an expression expects of values is for the state to fulfil, and this one has none.
    return reason.startsWith('TypeError') ? undefined : `The expression cannot be read: ${reason}`;
  }
}

const nothing: EngineState = { containers: [], images: [], volumes: [], networks: [] };

/** JMESPath's own idea of truth: false, null and whatever is empty are not true. Throws what the expression does wrong. */
export function isTrueOf(expression: string, state: EngineState): boolean {
  const value: unknown = jmespath.search(state, expression);
  if (value === null || value === undefined || value === false || value === '') return false;
  if (Array.isArray(value)) return value.length > 0;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

/** Which parts of the state the expression may look at: whatever it names. */
export function stateKeysOf(expression: string): EngineStateKey[] {
  return engineStateKeys.filter((key) => new RegExp(`\\b${key}\\b`).test(expression));
}
