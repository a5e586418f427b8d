/**
 * A program that is there but cannot be run: a script without an interpreter line, one for another
 * processor, one whose loader is missing. For Docker such a container did start; it says why on its
 * standard error and exits with 255.
 */
import { errorKind } from '../../lib/errors.ts';
import { logContainerEvent, type Daemon } from '../daemon.ts';
import { containerPaths } from '../spec/paths.ts';
import type { Container } from './container.ts';
import { errnoText, setupFailure } from './start-error.ts';

const exitCodeOfFailedExec = 255;

/** True when the failure was of this kind and the container has now exited. */
export async function execFailureExit(
  daemon: Daemon,
  { container, error }: { container: Container; error: unknown },
): Promise<boolean> {
  const failure = setupFailure(error);
  if (failure?.operation !== 'exec') return false;
  const name = container.args[0] ?? '';
  const missingLoader =
    failure.errnoName === 'ENOENT' && name.startsWith('/') && (await exists(daemon, container));
  if (failure.errnoName !== 'ENOEXEC' && !missingLoader) return false;
  const line = new TextEncoder().encode(`exec ${name}: ${errnoText(failure.errnoName)}\n`);
  container.log.write('stderr', line);
  await container.output.write('stderr', line);
  container.output.end();
  const now = daemon.clock.now();
  Object.assign(container.state, {
    status: 'exited',
    exitCode: exitCodeOfFailedExec,
    startedMs: now,
    finishedMs: now,
  });
  container.startedBefore = true;
  logContainerEvent(daemon, container, { action: 'start' });
  const attributes = { exitCode: String(exitCodeOfFailedExec) };
  logContainerEvent(daemon, container, { action: 'die', attributes });
  container.notifyExit();
  return true;
}

/** Looks where the container would have: its mounts are not on the machine's side of the root. */
async function exists(daemon: Daemon, container: Container): Promise<boolean> {
  const name = container.args[0] ?? '';
  const mount = container.mountPoints
    .filter(({ destination }) => name.startsWith(`${destination}/`))
    .sort((a, b) => b.destination.length - a.destination.length)[0];
  const root = mount?.source ?? containerPaths(container.id).merged;
  try {
    await daemon.guest.stat(name.slice(mount?.destination.length ?? 0), { root });
    return true;
  } catch (error) {
    if (errorKind(error) === 'notFound') return false;
    throw error;
  }
}
