/** What every verb of the engine works with: the machine, the images, and what it knows of containers. */
import type { Guest } from '../guest/guest.ts';
import type { IdMapping } from '../guest/id-mapping.ts';
import type { ImageStore } from '../image/image-store.ts';
import type { BuildCache } from './build/build-cache.ts';
import { ContainerTable } from './container/container-table.ts';
import type { StatsCollector } from './container/stats-collector.ts';
import type { Container } from './container/container.ts';
import { EventBus } from './events.ts';
import type { ExecTable } from './exec/exec-table.ts';
import type { NameService } from './network/name-service.ts';
import type { NetworkTable } from '../network/network-table.ts';
import type { PacketFilter } from './network/packet-filter.ts';
import type { AccountFiles } from './spec/passwd.ts';
import type { Owner } from './spec/user-namespace.ts';
import type { EngineIdentity } from './state/engine-identity.ts';
import type { StateStore } from './state/state-store.ts';
import type { VolumeMounts } from './volume/volume-mounts.ts';
import type { VolumeTable } from './volume/volume-table.ts';
import type { RegistryAccess } from './registry-access.ts';
import type { RequestTrace } from './xray/request-trace.ts';
import type { XrayHub } from './xray/xray-hub.ts';
import { hexOf } from '../lib/hex.ts';

/** Time and chance enter here. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Rejects when aborted. */
  delay(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** Immutable itself: what changes lies in its tables. A request may get a view with another guest. */
export interface Daemon {
  readonly guest: Guest;
  readonly images: ImageStore;
  readonly registry: RegistryAccess;
  readonly clock: Clock;
  readonly random: (count: number) => Uint8Array;
  readonly containers: ContainerTable;
  readonly execs: ExecTable;
  readonly volumes: VolumeTable;
  readonly volumeMounts: VolumeMounts;
  readonly networks: NetworkTable;
  /** Answers names in containers of user-defined networks. */
  readonly names: NameService;
  readonly packetFilter: PacketFilter;
  readonly state: StateStore;
  readonly buildCache: BuildCache;
  /** What cancels the builds that clients gave an ID. */
  readonly builds: Map<string, () => void>;
  readonly events: EventBus;
  readonly stats: StatsCollector;
  /** /etc/passwd and /etc/group of an image as it comes, by image ID. */
  readonly accounts: Map<string, AccountFiles>;
  readonly memorySizeBytes: number;
  readonly registryMirrors: readonly string[];
  readonly insecureRegistries: readonly string[];
  /** Of the containers' users; absent, they are the machine's. */
  readonly ids?: IdMapping;
  /** Who a container's root is on the machine. */
  readonly owner: Owner;
  readonly identity: EngineIdentity;
  readonly xray: XrayHub;
  /** Set in the view that a watched request gets. */
  readonly trace?: RequestTrace;
  /** When the engine was made; milliseconds since 1970. */
  readonly startedMs: number;
}

/** For archives of what containers own. */
export function idsOf({ ids }: Daemon): { readonly ids?: IdMapping } {
  return ids === undefined ? {} : { ids };
}

/** 64 hex digits. One of digits only would be taken for a number by some tools, as dockerd says. */
export function randomId(random: (count: number) => Uint8Array): string {
  for (;;) {
    const id = hexOf(random(32));
    if (!/^[0-9]+$/.test(id.slice(0, 12))) return id;
  }
}

export function logContainerEvent(
  daemon: Daemon,
  container: Container,
  options: { readonly action: string; readonly attributes?: Readonly<Record<string, string>> },
): void {
  const { action, attributes = {} } = options;
  daemon.events.publish({
    type: 'container',
    action,
    id: container.id,
    attributes: {
      ...container.config.Labels,
      ...attributes,
      image: container.config.Image ?? '',
      name: container.name,
    },
  });
}
