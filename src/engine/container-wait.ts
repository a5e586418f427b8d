/** `POST /containers/{id}/wait`. */
import type { ContainerWaitCondition, ContainerWaitResponse } from '../api/container.ts';
import type { Daemon } from './daemon.ts';

export async function containerWait(
  daemon: Daemon,
  name: string,
  options: { readonly condition: ContainerWaitCondition; readonly signal?: AbortSignal },
): Promise<{ readonly result: Promise<ContainerWaitResponse> }> {
  const container = daemon.containers.find(name);
  const result = container
    .wait(options.condition, options.signal)
    .then((exitCode) => ({ StatusCode: exitCode }));
  return { result };
}
