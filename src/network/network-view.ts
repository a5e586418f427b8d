/**
 * What others learn of networks: who is on which one under what names (name service, egress), and which ports are
 * published (preview). Read-only; the engine's `NetworkTable` answers it.
 */
import type { Disposable } from '../lib/disposable.ts';
import type { Endpoint, Network, PortMapping } from './model.ts';

export interface EndpointView {
  readonly network: Network;
  readonly endpoint: Endpoint;
  /** Not one of the three that every engine has: names are resolved here. */
  readonly userDefined: boolean;
  /** Names by which others on this network find the container: its own, its short ID, its aliases. */
  readonly names: readonly string[];
  /** `--link` on this network: the alias that only this container sees, and the name it stands for. */
  readonly links: readonly { readonly alias: string; readonly name: string }[];
}

/** The network namespace of a container that runs, or is about to. */
export interface Sandbox {
  /** 64 hex digits. */
  readonly id: string;
  readonly containerId: string;
  readonly containerName: string;
  readonly hostname: string;
  /** A file of the machine's for setns(2); there from the `parent` section of the container's plan on. */
  readonly netnsPath: string;
  /** resolv.conf names 127.0.0.11. */
  readonly embeddedDns: boolean;
  /** `--dns`, for what no container is called. */
  readonly dnsServers: readonly string[];
  readonly endpoints: readonly EndpointView[];
}

export interface PublishedPort extends PortMapping {
  readonly containerId: string;
  readonly containerName: string;
  readonly containerAddress: string;
  readonly netnsPath: string;
}

export type NetworkChange =
  /** Before the container's first process runs, and when a running one is connected to another network. */
  | { readonly kind: 'joined' | 'left'; readonly sandbox: Sandbox; readonly endpoint: EndpointView }
  | { readonly kind: 'published' | 'unpublished'; readonly port: PublishedPort };

export interface NetworkView {
  sandboxes(): readonly Sandbox[];
  publishedPorts(): readonly PublishedPort[];
  /** The listener is called within the change, and must not throw. */
  watch(listener: (change: NetworkChange) => void): Disposable;
}
