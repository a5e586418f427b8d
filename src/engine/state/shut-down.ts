/** The end of an engine: containers are stopped as politely as by `docker stop`, then the disk is written out. */
import type { Container } from '../container/container.ts';
import { stopContainer } from '../container-stop.ts';
import type { Daemon } from '../daemon.ts';
import { applyEach } from '../guest-plans.ts';
import { dockerRoot } from '../spec/paths.ts';
import { saveContainer } from './keep-state.ts';

/** What dockerd gives all containers together, in seconds. */
const timeoutSecondsMax = 15;

/** Never rejects for a container: whatever does not stop goes down with the machine. */
export async function shutDown(daemon: Daemon): Promise<void> {
  const running = daemon.containers.list().filter(({ isRunning }) => isRunning);
  await Promise.all(running.map((container) => stopForGood(daemon, container)));
  // An open log would keep the disk from being unmounted.
  await Promise.all(daemon.containers.list().map(({ logFile }) => logFile?.close()));
  await applyEach(daemon.guest, [
    {
      operation: { op: 'sync', path: dockerRoot },
      cause: 'Write out everything that containers and volumes hold',
    },
    {
      operation: { op: 'umount', target: dockerRoot, detach: false },
      cause: 'Leave the disk’s file system clean',
    },
  ]);
  await daemon.state.settled();
}

/** A container that is stopped so was not stopped by its user: `unless-stopped` starts it again. */
async function stopForGood(daemon: Daemon, container: Container): Promise<void> {
  const { manuallyStopped } = container;
  const timeoutSeconds = Math.min(container.config.StopTimeout ?? 10, timeoutSecondsMax);
  await stopContainer(daemon, container, { timeoutSeconds }).catch(() => undefined);
  container.manuallyStopped = manuallyStopped;
  saveContainer(daemon, container);
}
