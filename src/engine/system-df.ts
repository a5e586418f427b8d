/** `GET /system/df`: what images, containers and volumes take on the disk. */
import type { BuildCacheRecord, SystemDiskUsage, VolumeUsage } from '../api/disk-usage.ts';
import { chainIds } from '../image/chain-id.ts';
import { sharedLayers } from './build/build-prune.ts';
import { containerList } from './container-list.ts';
import type { Daemon } from './daemon.ts';
import { measureDirectories } from './disk-usage.ts';
import { imageList } from './image-list.ts';
import type { DiskUsageType } from './server/backend/system-backend.ts';
import { volumeMountpoint, volumeWire } from './volume/volume-table.ts';
import { volumeUsers } from './volume/volume-users.ts';

/** What is not asked for is null, as dockerd leaves it. */
export async function systemDf(
  daemon: Daemon,
  types: ReadonlySet<DiskUsageType>,
): Promise<SystemDiskUsage> {
  const wants = (type: DiskUsageType) => types.has(type);
  return {
    LayersSize: wants('image') ? await layersSize(daemon) : 0,
    Images: wants('image') ? await imageList(daemon, { all: false, sharedSize: true }) : null,
    Containers: wants('container') ? await containerList(daemon, { all: true, size: true }) : null,
    Volumes: wants('volume') ? await volumeUsages(daemon) : null,
    BuildCache: wants('build-cache') ? await buildCacheRecords(daemon) : null,
  };
}

async function buildCacheRecords(daemon: Daemon): Promise<BuildCacheRecord[]> {
  const shared = await sharedLayers(daemon);
  return daemon.buildCache
    .list()
    .map((entry) =>
      daemon.buildCache.wire(entry, entry.diffId !== undefined && shared.has(entry.diffId)),
    );
}

async function layersSize(daemon: Daemon): Promise<number> {
  const sizes = new Map<string, number>();
  for (const { config, layers } of await daemon.images.list()) {
    const chains = await chainIds(config.diffIds);
    for (const [depth, { sizeBytes }] of layers.entries())
      sizes.set(chains[depth] ?? '', sizeBytes);
  }
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

async function volumeUsages(daemon: Daemon): Promise<VolumeUsage[]> {
  const volumes = daemon.volumes.list();
  const sizes = await measureDirectories(
    daemon,
    volumes.map(({ name }) => volumeMountpoint(name)),
  );
  return volumes.map((volume) => ({
    ...volumeWire(volume),
    UsageData: {
      Size: sizes.get(volumeMountpoint(volume.name)) ?? 0,
      RefCount: volumeUsers(daemon, volume.name).length,
    },
  }));
}
