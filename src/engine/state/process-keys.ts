/** What processes are called that go on when the machine is saved and restored: see `RunOptions.key`. */
import type { PublishedPort } from '../../network/network-view.ts';

/** A container's own process. */
export function containerKey(id: string): string {
  return `container/${id}`;
}

/** The process that holds a published port. */
export function proxyKey({ containerId, protocol, hostAddress, hostPort }: PublishedPort): string {
  return `proxy/${containerId}/${protocol}/${hostAddress}/${hostPort}`;
}

/** A command that runs in a container with nobody attached. */
export function execKey(id: string): string {
  return `exec/${id}`;
}
