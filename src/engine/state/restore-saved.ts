/**
 * An engine over a machine that was restored: containers that ran go on running, with the same processes, addresses and
 * ports. First what is known without the machine, then what the machine holds.
 */
import type { GuestProcess } from '../../guest/guest.ts';
import { KindError } from '../../lib/errors.ts';
import type { Container } from '../container/container.ts';
import { pumpOutput } from '../container/process-io.ts';
import { restartLater, superviseRun } from '../container/supervise.ts';
import { startContainer } from '../container-start.ts';
import type { Daemon } from '../daemon.ts';
import { HealthState } from '../health/health-state.ts';
import { resumeHealth } from '../health/health-monitor.ts';
import { runProgram } from '../run-program.ts';
import { saveContainer, saveNetwork, saveVolume } from './keep-state.ts';
import { containerKey, execKey, proxyKey } from './process-keys.ts';
import {
  containerPrefix,
  networkPrefix,
  readContainerRecord,
  readNetworkRecord,
  readVolumeRecord,
  volumePrefix,
} from './records.ts';
import { addContainer, lostExitCode } from './restore-state.ts';
import { checkSavedEngine, type SavedEngine } from './saved-engine.ts';

/** Fills the tables, and makes the records that outlive the engine those of the saved one. */
export async function restoreSaved(daemon: Daemon, saved: SavedEngine): Promise<void> {
  checkSavedEngine(saved);
  for (const prefix of [containerPrefix, volumePrefix, networkPrefix])
    for (const key of await daemon.state.keys(prefix)) daemon.state.save(key, undefined);
  daemon.identity.become(saved.identity, daemon.state);
  for (const record of saved.volumes) {
    const volume = readVolumeRecord(record);
    if (volume === undefined) continue;
    daemon.volumes.restore(volume);
    saveVolume(daemon, volume.name);
  }
  for (const record of saved.networks) {
    const network = readNetworkRecord(record);
    if (network === undefined) continue;
    daemon.networks.add(network);
    saveNetwork(daemon, network.id);
  }
  await daemon.buildCache.restore();
  for (const record of saved.containers) {
    const read = readContainerRecord(record);
    if (read === undefined) continue;
    const container = addContainer(daemon, read);
    const health = saved.health[container.id];
    if (health !== undefined) container.health = HealthState.of(health);
    saveContainer(daemon, container);
  }
  for (const { sandbox, ports } of saved.sandboxes) daemon.networks.restore(sandbox, ports);
  daemon.volumeMounts.restore(saved.volumeHolders);
  await daemon.state.settled();
}

/** Takes up what runs on the machine. */
export async function resumeMachine(daemon: Daemon, saved: SavedEngine): Promise<void> {
  await setClock(daemon);
  for (const id of saved.execIds) {
    const process = daemon.guest.adopt(execKey(id));
    // Nobody is attached, and a full pipe would stop it.
    if (process !== undefined) void pumpOutput(process, async () => undefined);
  }
  for (const container of daemon.containers.list()) takeUp(daemon, container);
  const running = daemon.containers.list().filter(({ run }) => run !== undefined);
  await Promise.all(
    running.map(({ id, state }) => daemon.names.open(id, state.pid, { isReopened: true })),
  );
}

function takeUp(daemon: Daemon, container: Container): void {
  if (container.state.status === 'restarting') {
    restartLater(daemon, { container, delayMs: 0, restart: startContainer });
    return;
  }
  if (!container.isRunning) return;
  const process = daemon.guest.adopt(containerKey(container.id)) ?? lostProcess(container);
  container.input.connect(process.stdin);
  const finished = superviseRun(daemon, { container, process, restart: startContainer });
  container.run = { process, finished };
  for (const port of daemon.networks.portsOf(container.id)) {
    const proxy = daemon.guest.adopt(proxyKey(port));
    if (proxy !== undefined) container.portProxies.push(proxy);
  }
  if (container.state.status === 'running') resumeHealth(daemon, container);
}

/** One that ended in the very moment of the save: nobody saw how, but what is left of it is taken down. */
function lostProcess({ state }: Container): GuestProcess {
  const empty = (): ReadableStream<Uint8Array> =>
    new ReadableStream({ start: (controller) => controller.close() });
  return {
    pid: state.pid,
    stdin: new WritableStream(),
    stdout: empty(),
    stderr: empty(),
    exit: Promise.resolve({ code: lostExitCode }),
    trace: [],
    resize: async () => undefined,
    signal: async () => {
      throw new KindError('notFound', `No such process: ${state.pid}`);
    },
  };
}

/** The machine's clock stood still while it was saved. */
async function setClock(daemon: Daemon): Promise<void> {
  const seconds = (daemon.clock.now() / 1000).toFixed(3);
  const cause = 'The machine slept: tell it what time it is';
  await runProgram(daemon.guest, ['date', '--set', `@${seconds}`], cause);
}
