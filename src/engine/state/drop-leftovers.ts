/** Removes from the disk what no record knows: what a crash left of containers and volumes that were half made. */
import type { SetupStep } from '../../guest/plan.ts';
import { errorKind } from '../../lib/errors.ts';
import type { Daemon } from '../daemon.ts';
import { applyEach } from '../guest-plans.ts';
import { dockerRoot } from '../spec/paths.ts';

/** The machine is set up, and nothing runs on it yet. */
export async function dropLeftovers(daemon: Daemon): Promise<void> {
  const [overlays, metadata, volumes] = await Promise.all([
    list(daemon, 'overlay2'),
    list(daemon, 'containers'),
    list(daemon, 'volumes'),
  ]);
  const isContainer = (id: string): boolean => daemon.containers.get(id) !== undefined;
  const steps = [
    ...overlays.filter((id) => !isContainer(id)).map((id) => removal(`overlay2/${id}`)),
    ...metadata.filter((id) => !isContainer(id)).map((id) => removal(`containers/${id}`)),
    ...volumes
      .filter((name) => daemon.volumes.get(name) === undefined)
      .map((name) => removal(`volumes/${name}`)),
  ];
  if (steps.length > 0) await applyEach(daemon.guest, steps);
  const there = new Set(volumes);
  for (const { name, prepared } of daemon.volumes.list())
    if (prepared && !there.has(name)) daemon.volumes.setPrepared(name, false);
}

async function list(daemon: Daemon, kind: string): Promise<string[]> {
  try {
    return await daemon.guest.readDirectory(`${dockerRoot}/${kind}`);
  } catch (error) {
    if (errorKind(error) === 'notFound') return [];
    throw error;
  }
}

function removal(path: string): SetupStep {
  return {
    operation: { op: 'removeTree', path: `${dockerRoot}/${path}` },
    cause: 'Nothing knows this any more: it was half made when the machine stopped',
  };
}
