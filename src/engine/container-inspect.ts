/** `GET /containers/{id}/json`. */
import type { ContainerInspect } from '../api/container.ts';
import { inspectContainer } from './container/container-wire.ts';
import type { Daemon } from './daemon.ts';

export async function containerInspect(
  daemon: Daemon,
  name: string,
  options: { readonly size: boolean },
): Promise<ContainerInspect> {
  const container = daemon.containers.find(name);
  const inspect = inspectContainer(container);
  if (!options.size) return inspect;
  const image = await daemon.images.get(container.imageId);
  return { ...inspect, SizeRootFs: image.sizeBytes };
}
