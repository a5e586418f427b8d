/**
 * Hands the signals of the `docker` program to the container it runs (`--sig-proxy`). All of them are caught, so a
 * broken pipe is an error and does not end the program.
 */
import { containerKill } from '../../client/containers.ts';
import type { CommandContext } from '../command/command.ts';
import { DisposableStore, type Disposable } from '../../lib/disposable.ts';
import { signalName } from '../../lib/signals.ts';

/** Child status, broken pipes and the window size are this program's own affair. */
const kept = ['CHLD', 'PIPE', 'URG', 'WINCH'];

export function forwardSignals(context: CommandContext, container: string): Disposable {
  const scope = new DisposableStore();
  scope.add(context.invocation.catchBrokenPipe());
  const subscription = context.invocation.onSignal((number) => {
    const name = signalName(number);
    if (name === undefined || kept.includes(name)) return;
    // A container that is gone needs no signal; its exit ends this program.
    containerKill(context.client, { container, killSignal: name }).catch(() => undefined);
  });
  scope.add(subscription);
  return scope;
}
