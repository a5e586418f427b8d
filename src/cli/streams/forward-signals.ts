/** Hands the signals of the `docker` program to the container it runs (`--sig-proxy`). */
import { containerKill } from '../../client/containers.ts';
import type { CommandContext } from '../command/command.ts';
import type { Disposable } from '../../lib/disposable.ts';
import { signalName } from './signal-names.ts';

/** Child status, broken pipes and the window size are this program's own affair. */
const kept = ['CHLD', 'PIPE', 'URG', 'WINCH'];

export function forwardSignals(context: CommandContext, container: string): Disposable {
  return context.invocation.onSignal((number) => {
    const name = signalName(number);
    if (name === undefined || kept.includes(name)) return;
    // A container that is gone needs no signal; its exit ends this program.
    containerKill(context.client, { container, killSignal: name }).catch(() => undefined);
  });
}
