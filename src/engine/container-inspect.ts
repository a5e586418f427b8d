/** `GET /containers/{id}/json`. */
import type { ContainerInspect } from '../api/container.ts';
import { inspectContainer } from './container/container-wire.ts';
import type { Daemon } from './daemon.ts';
import { writableSizes } from './disk-usage.ts';

export async function containerInspect(
  daemon: Daemon,
  name: string,
  options: { readonly size: boolean },
): Promise<ContainerInspect> {
  const container = daemon.containers.find(name);
  const inspect = inspectContainer(daemon, container);
  if (!options.size) return inspect;
  const written = (await writableSizes(daemon, [container])).get(container.id) ?? 0;
  const images = await daemon.images.list();
  const image = images.find(({ id }) => id === container.imageId)?.sizeBytes ?? 0;
  return { ...inspect, SizeRw: written, SizeRootFs: image + written };
}
