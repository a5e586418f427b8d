/** `GET /volumes` and `GET /volumes/{name}`. */
import type { Volume, VolumeListResponse } from '../api/volume.ts';
import type { Daemon } from './daemon.ts';
import { checkFilters, filterFlag, matchesAny, matchesLabels } from './filters.ts';
import type { Filters } from './server/backend/filters.ts';
import { volumeUsers } from './volume/volume-users.ts';
import { volumeWire } from './volume/volume-table.ts';

export async function volumeList(daemon: Daemon, filters: Filters): Promise<VolumeListResponse> {
  checkFilters(filters, ['dangling', 'driver', 'label', 'name']);
  const dangling = filterFlag(filters, 'dangling', false);
  const volumes = daemon.volumes
    .list()
    .filter(
      ({ name, labels }) =>
        matchesAny(filters, 'name', (value) => name.includes(value)) &&
        matchesAny(filters, 'driver', (value) => value === 'local') &&
        matchesLabels(filters, 'label', labels) &&
        (!filters.has('dangling') || dangling === (volumeUsers(daemon, name).length === 0)),
    );
  return { Volumes: volumes.map(volumeWire), Warnings: null };
}

export async function volumeInspect(daemon: Daemon, name: string): Promise<Volume> {
  return volumeWire(daemon.volumes.find(name));
}
