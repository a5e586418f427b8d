/**
 * How the emulator gives the thread back between two slices of guest time. It must come back at once
 * when the guest is busy (a timer would cost 1–4 ms a slice) and must not need a blob worker, which the
 * page's CSP forbids. v86 picks its way when it is imported, so this module sorts before it: where
 * there is no `process` it gets an empty one and a `global.setImmediate` over a MessageChannel.
 */

type Callback = () => void;

interface Scope {
  process?: unknown;
  global?: unknown;
  readonly setImmediate?: (callback: Callback) => unknown;
}

/** Browsers and Node type their global scope differently; this is what is asked of either. */
const scope = globalThis as unknown as Scope;

/** Runs a callback after the events that already wait, without the delay of a timer. */
export const yieldNow: (callback: Callback) => void = scope.setImmediate
  ? (callback) => void scope.setImmediate?.(callback)
  : messageChannelYield();

/**
 * Runs a callback after a delay. Browsers stretch a timer that a timer set to 4 ms; one hop over the
 * message queue makes it look like a first one.
 */
export const yieldFor: (delayMs: number, callback: Callback) => void = scope.setImmediate
  ? (delayMs, callback) => void setTimeout(callback, delayMs)
  : (delayMs, callback) => yieldNow(() => void setTimeout(callback, delayMs));

if (scope.process === undefined) {
  scope.process = {};
  scope.global = {
    setImmediate: (callback: (argument: unknown) => void, argument: unknown) =>
      yieldNow(() => callback(argument)),
  };
}

function messageChannelYield(): (callback: Callback) => void {
  const { port1, port2 } = new MessageChannel();
  const waiting: Callback[] = [];
  // One message per callback: the callbacks of one turn must not run before its other events.
  port1.addEventListener('message', () => waiting.shift()?.());
  port1.start();
  return (callback) => {
    waiting.push(callback);
    port2.postMessage(null);
  };
}
