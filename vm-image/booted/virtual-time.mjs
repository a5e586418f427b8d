/**
 * Time and chance for a machine that must boot the same way twice: clocks that advance by a step each time they are
 * read, timers that take no time, and random numbers from a fixed seed. Import it before the emulator, which keeps the
 * functions it finds.
 */

/** Between two looks at a clock: what the emulator's slices are measured with. */
const stepMs = 0.01;

const real = {
  now: performance.now.bind(performance),
  dateNow: Date.now,
  setTimeout: globalThis.setTimeout,
};

let isVirtual = false;
let nowMs = 0;
let epochMs = 0;
let random = 0x2545f491;

/** From here on, and until `makeTimeReal()`; `startMs` is the time since 1970 that the clock shows first. */
export function makeTimeVirtual(startMs) {
  isVirtual = true;
  epochMs = startMs;
  nowMs = 0;
}

export function makeTimeReal() {
  isVirtual = false;
}

performance.now = () => (isVirtual ? (nowMs += stepMs) : real.now());

globalThis.Date = class extends Date {
  constructor(...parts) {
    if (parts.length === 0) super(globalThis.Date.now());
    else super(...parts);
  }

  static now() {
    return isVirtual ? epochMs + Math.floor(nowMs) : real.dateNow();
  }
};

/** Of one emulator: it sleeps in one timer at a time, and whoever sets another one may not be here. */
globalThis.setTimeout = (callback, delayMs = 0, ...rest) => {
  if (!isVirtual) return real.setTimeout(callback, delayMs, ...rest);
  setImmediate(() => {
    nowMs += delayMs;
    callback(...rest);
  });
  return undefined;
};

/** xorshift32; nobody may take its numbers for secret. */
function nextRandom() {
  random ^= random << 13;
  random ^= random >>> 17;
  random ^= random << 5;
  return random >>> 0;
}

Math.random = () => nextRandom() / 2 ** 32;

const { crypto } = globalThis;
const fill = crypto.getRandomValues.bind(crypto);
crypto.getRandomValues = (array) => {
  if (!isVirtual) return fill(array);
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = nextRandom();
  return array;
};
