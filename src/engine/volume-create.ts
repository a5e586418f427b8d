/** `POST /volumes/create`. */
import type { Volume, VolumeCreateRequest } from '../api/volume.ts';
import { randomId, type Daemon } from './daemon.ts';
import { checkVolumeDriver, checkVolumeName } from './spec/mount-point.ts';
import { checkDriverOptions } from './volume/driver-options.ts';
import { logVolumeEvent } from './volume/volume-events.ts';
import { volumeMountpoint, volumeWire } from './volume/volume-table.ts';

/** Idempotent for a name that is there. */
export async function volumeCreate(daemon: Daemon, request: VolumeCreateRequest): Promise<Volume> {
  const given = request.Name ?? '';
  checkVolumeDriver(request.Driver ?? '', given);
  if (given !== '') checkVolumeName(given);
  const anonymous = given === '';
  const name = anonymous ? randomId(daemon.random) : given;
  const isNew = daemon.volumes.get(name) === undefined;
  const options = request.DriverOpts ?? null;
  if (isNew) checkDriverOptions(name, options ?? {});
  const labels = anonymous
    ? { ...request.Labels, 'com.docker.volume.anonymous': '' }
    : (request.Labels ?? null);
  const createdMs = daemon.clock.now();
  const volume = daemon.volumes.ensure({ name, createdMs, labels, options, anonymous });
  if (isNew) {
    const path = volumeMountpoint(name);
    const cause = 'Make the directory of a new volume';
    await daemon.guest.apply({
      before: [{ operation: { op: 'mkdir', path, mode: 0o755, parents: true }, cause }],
    });
    daemon.volumes.setPrepared(name, true);
    logVolumeEvent(daemon, name, { action: 'create', attributes: { driver: 'local' } });
  }
  return volumeWire(volume);
}
