/** Signals by name or number, as `docker kill -s` takes them. */
import { KindError } from './errors.ts';

const numbers: Readonly<Record<string, number>> = {
  HUP: 1, INT: 2, QUIT: 3, ILL: 4, TRAP: 5, ABRT: 6, IOT: 6, BUS: 7, FPE: 8, KILL: 9, USR1: 10,
  SEGV: 11, USR2: 12, PIPE: 13, ALRM: 14, TERM: 15, STKFLT: 16, CHLD: 17, CLD: 17, CONT: 18,
  STOP: 19, TSTP: 20, TTIN: 21, TTOU: 22, URG: 23, XCPU: 24, XFSZ: 25, VTALRM: 26, PROF: 27,
  WINCH: 28, IO: 29, POLL: 29, PWR: 30, SYS: 31, RTMIN: 34, RTMAX: 64,
}; // prettier-ignore

export const signalNumberMax = 64;
export const sigkill = 9;
export const sigterm = 15;

/** `TERM`, `SIGTERM`, `sigterm`, `15`, `RTMIN+3`. */
export function parseSignal(text: string): number {
  const name = text.toUpperCase().replace(/^SIG/, '');
  const number = /^[0-9]+$/.test(text) ? Number(text) : (numbers[name] ?? realtime(name));
  if (number === undefined || number < 1 || number > signalNumberMax)
    throw new KindError('invalidParameter', `invalid signal: ${text}`);
  return number;
}

/** `TERM` of 15, as the API takes it; undefined for numbers without a name of their own. */
export function signalName(number: number): string | undefined {
  return Object.entries(numbers).find(([, known]) => known === number)?.[0];
}

/** All names, those of real-time signals too. */
export function signalNames(): readonly string[] {
  const offsets = (name: string, sign: string, count: number): string[] =>
    Array.from({ length: count }, (_, index) => `${name}${sign}${index + 1}`);
  const realtimes = [...offsets('RTMIN', '+', 15), ...offsets('RTMAX', '-', 14)];
  return [...Object.keys(numbers), ...realtimes].toSorted();
}

function realtime(name: string): number | undefined {
  const match = /^RT(MIN|MAX)([+-][0-9]+)$/.exec(name);
  if (match === null) return undefined;
  return (match[1] === 'MIN' ? 34 : 64) + Number(match[2]);
}
