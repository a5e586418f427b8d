/** `DELETE /volumes/{name}` and `POST /volumes/prune`. */
import type { VolumesPruneResponse } from '../api/volume.ts';
import { errorMessage, KindError } from '../lib/errors.ts';
import { parseBool } from '../lib/go-numbers.ts';
import type { Daemon } from './daemon.ts';
import { measureDirectories } from './disk-usage.ts';
import { checkFilters, matchesLabels } from './filters.ts';
import type { Filters } from './server/backend/filters.ts';
import { volumeMountpoint } from './volume/volume-table.ts';
import { logVolumesDestroyed, removeVolumeDirs } from './volume/remove-volumes.ts';
import { logVolumeEvent } from './volume/volume-events.ts';
import { volumeUsers } from './volume/volume-users.ts';

export async function volumeRemove(
  daemon: Daemon,
  name: string,
  options: { readonly force: boolean },
): Promise<void> {
  if (daemon.volumes.get(name) === undefined && options.force) return;
  daemon.volumes.find(name);
  const users = volumeUsers(daemon, name).map(({ id }) => id);
  if (users.length > 0) {
    const message = `remove ${name}: volume is in use - [${users.join(', ')}]`;
    throw new KindError('conflict', message);
  }
  await removeVolumeDirs(daemon, [name]);
  logVolumesDestroyed(daemon, [name]);
}

/** Anonymous volumes that nobody uses; with `all=true` the named ones too. */
export async function volumesPrune(
  daemon: Daemon,
  filters: Filters,
): Promise<VolumesPruneResponse> {
  checkFilters(filters, ['all', 'label', 'label!']);
  const all = pruneAll(filters);
  const names = daemon.volumes
    .list()
    .filter(
      ({ anonymous, labels }) =>
        (all || anonymous) &&
        matchesLabels(filters, 'label', labels) &&
        !(filters.has('label!') && matchesLabels(filters, 'label!', labels)),
    )
    .map(({ name }) => name)
    .filter((name) => volumeUsers(daemon, name).length === 0);
  const sizes = await measureDirectories(daemon, names.map(volumeMountpoint));
  if (names.length > 0) await removeVolumeDirs(daemon, names);
  const reclaimed = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  const attributes = { reclaimed: String(reclaimed) };
  logVolumeEvent(daemon, '', { action: 'prune', attributes });
  return { VolumesDeleted: names, SpaceReclaimed: reclaimed };
}

/** One value that Go reads as a boolean. */
function pruneAll(filters: Filters): boolean {
  const values = filters.get('all') ?? [];
  const [value = 'false'] = values;
  const invalid = (message: string) => new KindError('invalidParameter', message);
  if (values.length > 1) throw invalid(`invalid filter 'all=[${values.join(' ')}]'`);
  try {
    return parseBool(value);
  } catch (error) {
    throw invalid(`invalid filter 'all': ${errorMessage(error)}`);
  }
}
