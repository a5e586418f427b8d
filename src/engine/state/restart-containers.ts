/** Starts the containers whose restart policy says so when the engine starts. */
import type { Container } from '../container/container.ts';
import { startAnew } from '../container-start.ts';
import type { Daemon } from '../daemon.ts';

/** Never rejects: a start that fails says so in the container's state. */
export async function restartContainers(daemon: Daemon): Promise<void> {
  for (const container of daemon.containers.list()) {
    if (!startsWithEngine(container)) continue;
    await container.mutex.run(() => startAnew(daemon, container)).catch(() => undefined);
  }
}

/** As dockerd: `always` means it although a user stopped it, and even when it never ran. */
export function startsWithEngine({ hostConfig, state, ...container }: Container): boolean {
  const { Name: policy = 'no', MaximumRetryCount: retries = 0 } = hostConfig.RestartPolicy ?? {};
  if (state.status === 'dead') return false;
  if (policy === 'always') return true;
  if (policy === 'unless-stopped') return !container.manuallyStopped;
  if (policy !== 'on-failure' || state.exitCode === 0) return false;
  return retries === 0 || container.restartCount < retries;
}
