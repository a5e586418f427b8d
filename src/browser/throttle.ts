/** Calls at most once per interval, the last time with the latest arguments. */

export interface Throttled<Arguments extends unknown[]> {
  call(...values: Arguments): void;
  /** Makes the call that still waits, if any, at once. */
  flush(): void;
}

export function throttle<Arguments extends unknown[]>(
  action: (...values: Arguments) => void,
  intervalMs: number,
): Throttled<Arguments> {
  let waiting: Arguments | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const values = waiting;
    waiting = undefined;
    if (values !== undefined) action(...values);
  };
  return {
    call(...values) {
      waiting = values;
      timer ??= setTimeout(flush, intervalMs);
    },
    flush,
  };
}
