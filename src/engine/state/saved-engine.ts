/**
 * What the engine knows of a machine that goes on, as plain data: everything that cannot be read from the machine again.
 * Images and the build cache are no part of it: they belong to the store that machines share.
 */
import type { ContainerHealth } from '../../api/container.ts';
import { KindError } from '../../lib/errors.ts';
import type { PublishedPort, Sandbox } from '../../network/network-view.ts';
import type { Daemon } from '../daemon.ts';
import { isUserDefined } from '../network/predefined.ts';
import { containerRecord, networkRecord, volumeRecord, type JsonRecord } from './records.ts';

/** To be raised when what is written before cannot be read any more. */
const version = 1;

export interface SavedSandbox {
  readonly sandbox: Sandbox;
  readonly ports: readonly PublishedPort[];
}

export interface SavedEngine {
  readonly version: number;
  readonly identity: string;
  /** Those with `--rm` too. */
  readonly containers: readonly JsonRecord[];
  readonly volumes: readonly JsonRecord[];
  /** Without the predefined ones, which are always the same. */
  readonly networks: readonly JsonRecord[];
  readonly sandboxes: readonly SavedSandbox[];
  /** By the containers' IDs. */
  readonly health: Readonly<Record<string, ContainerHealth>>;
  /** Who holds which volume that is a mount of its own. */
  readonly volumeHolders: readonly (readonly [volume: string, holders: readonly string[]])[];
  /** Commands that run in containers. */
  readonly execIds: readonly string[];
}

/** While the engine is held. */
export function saveEngine(daemon: Daemon): SavedEngine {
  const containers = daemon.containers.list();
  return {
    version,
    identity: daemon.identity.id,
    containers: containers.map(containerRecord),
    volumes: daemon.volumes.list().map(volumeRecord),
    networks: daemon.networks.list().filter(isUserDefined).map(networkRecord),
    sandboxes: daemon.networks.sandboxes().map((sandbox) => ({
      sandbox: plainSandbox(sandbox),
      ports: daemon.networks.portsOf(sandbox.containerId),
    })),
    health: Object.fromEntries(
      containers.flatMap(({ id, health }) => (health === undefined ? [] : [[id, health.wire()]])),
    ),
    volumeHolders: daemon.volumeMounts.save(),
    execIds: containers.flatMap(({ execIds }) => [...execIds]),
  };
}

/** Throws `dataLoss` for what another version wrote. */
export function checkSavedEngine(saved: SavedEngine): void {
  if (saved.version === version) return;
  throw new KindError('dataLoss', 'Cannot restore the engine: another version saved it');
}

function plainSandbox(sandbox: Sandbox): Sandbox {
  const { id, containerId, containerName, hostname, netnsPath } = sandbox;
  const { embeddedDns, dnsServers, endpoints } = sandbox;
  return {
    id,
    containerId,
    containerName,
    hostname,
    netnsPath,
    embeddedDns,
    dnsServers,
    endpoints: [...endpoints],
  };
}
