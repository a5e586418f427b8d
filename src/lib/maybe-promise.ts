/** Values that are mostly at hand: `await` costs a turn of the event loop even when nothing waits. */

export type MaybePromise<T> = T | Promise<T>;

/** Goes on with a value at once, or when its promise resolves. */
export function andThen<T, R>(
  value: MaybePromise<T>,
  use: (value: T) => MaybePromise<R>,
): MaybePromise<R> {
  return value instanceof Promise ? value.then(use) : use(value);
}
