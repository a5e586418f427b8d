/**
 * What was there before: containers and volumes come back from their records. Whatever ran went down with the
 * machine, and so is exited, as dockerd has it after the host was switched off.
 */
import { Container } from '../container/container.ts';
import type { Daemon } from '../daemon.ts';
import { openLogFile } from '../log/log-file.ts';
import {
  containerPrefix,
  networkPrefix,
  readContainerRecord,
  readNetworkRecord,
  readVolumeRecord,
  volumePrefix,
  type ReadContainerRecord,
} from './records.ts';
import { saveContainer } from './keep-state.ts';

/** What dockerd says of a container whose end nobody saw. */
export const lostExitCode = 255;

/** Needs no machine. */
export async function restoreState(daemon: Daemon): Promise<void> {
  await daemon.identity.restore(daemon.state);
  for (const record of await daemon.state.load(volumePrefix)) {
    const volume = readVolumeRecord(record);
    if (volume !== undefined) daemon.volumes.restore(volume);
  }
  const networks = (await daemon.state.load(networkPrefix)).map(readNetworkRecord);
  for (const network of networks.filter((record) => record !== undefined).sort(byAge))
    daemon.networks.add(network);
  await daemon.buildCache.restore();
  const records = await daemon.state.load(containerPrefix);
  const read = records.map(readContainerRecord).filter((record) => record !== undefined);
  read.sort((a, b) => byAge(a.made, b.made));
  for (const record of read) {
    const container = addContainer(daemon, record);
    container.state.pid = 0;
    if (!['created', 'exited', 'dead'].includes(container.state.status))
      recordLoss(daemon, container);
  }
}

/** A container of before, in the state that its record tells. */
export function addContainer(daemon: Daemon, { made, history }: ReadContainerRecord): Container {
  const container = new Container({
    ...made,
    name: daemon.containers.restoreName(made.id, made.name),
    logFile: openLogFile(daemon, made),
    now: () => daemon.clock.now(),
    delay: (milliseconds, signal) => daemon.clock.delay(milliseconds, signal),
  });
  const { startedBefore, manuallyStopped, restartCount, state } = history;
  Object.assign(container, { startedBefore, manuallyStopped, restartCount });
  Object.assign(container.state, state);
  daemon.containers.add(container);
  return container;
}

function byAge(a: { readonly createdMs: number }, b: { readonly createdMs: number }): number {
  return a.createdMs - b.createdMs;
}

/** It ran, and nobody saw it end. */
function recordLoss(daemon: Daemon, container: Container): void {
  // One that waited to be started again had ended by itself, and that end is known.
  const isKnown = container.state.status === 'restarting';
  Object.assign(container.state, {
    status: 'exited',
    pid: 0,
    ...(isKnown ? {} : { exitCode: lostExitCode, finishedMs: daemon.clock.now() }),
  });
  saveContainer(daemon, container);
}
