/** Sends a signal to a container's first process, and tells whoever watches the request. */
import type { GuestProcess } from '../../guest/guest.ts';
import type { Daemon } from '../daemon.ts';
import { signalStep } from '../xray/traced-guest.ts';

/** Rejects as `GuestProcess.signal` does. */
export async function signalRun(
  { trace }: Daemon,
  process: GuestProcess,
  signal: number,
): Promise<void> {
  const send = (): Promise<void> => process.signal(signal);
  await (trace === undefined ? send() : trace.measure(signalStep(process.pid, signal), send));
}
