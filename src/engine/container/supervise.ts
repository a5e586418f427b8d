/** A run of a container from its start to the point where nothing of it is left on the machine. */
import type { ExitStatus, GuestProcess } from '../../guest/guest.ts';
import { removeContainer } from '../container-remove.ts';
import { logContainerEvent, type Daemon } from '../daemon.ts';
import { applyEach } from '../guest-plans.ts';
import { stopHealth } from '../health/health-monitor.ts';
import { unpublishPorts } from '../network/publish-ports.ts';
import { logNetworkEvent } from '../network/network-events.ts';
import { closeNetwork, networksOf } from '../network/container-network.ts';
import { sigkill } from '../../lib/signals.ts';
import { removeSteps, stopSteps } from '../spec/root-plan.ts';
import { logVolumesUnmounted } from '../volume/volume-events.ts';
import type { Container } from './container.ts';
import { drainMsMax, InputRelay, pumpOutput } from './process-io.ts';

export type StartContainer = (daemon: Daemon, container: Container) => Promise<void>;

/** Settles when the exit was recorded; never rejects. */
export async function superviseRun(
  daemon: Daemon,
  options: {
    readonly container: Container;
    readonly process: GuestProcess;
    /** For restart policies. */
    readonly restart: StartContainer;
  },
): Promise<void> {
  const { container, process } = options;
  const pumped = pumpOutput(process, async (stream, chunk) => {
    container.log.write(stream, chunk);
    await Promise.all([container.output.write(stream, chunk), container.logFile?.room()]);
  });
  const status = await process.exit.catch((): ExitStatus => ({ code: 137, signal: sigkill }));
  const stop = new AbortController();
  const patience = daemon.clock.delay(drainMsMax, stop.signal).catch(() => {});
  const oomKilled = readOomKilled(daemon, { container, status });
  await Promise.race([pumped, patience]);
  stop.abort();
  await container.mutex.run(async () =>
    finish(daemon, { ...options, status, oomKilled: await oomKilled }),
  );
}

/** Only asked when it is likely, as it costs a round trip. */
async function readOomKilled(
  daemon: Daemon,
  { container, status }: { container: Container; status: ExitStatus },
): Promise<boolean> {
  if ((container.hostConfig.Memory ?? 0) === 0 && status.signal !== sigkill) return false;
  try {
    const path = `${container.cgroup}/memory.events`;
    const text = new TextDecoder().decode(await daemon.guest.readFile(path));
    return Number(/^oom_kill ([0-9]+)/m.exec(text)?.[1] ?? 0) > 0;
  } catch {
    return false;
  }
}

async function finish(
  daemon: Daemon,
  options: {
    readonly container: Container;
    readonly status: ExitStatus;
    readonly oomKilled: boolean;
    readonly restart: StartContainer;
  },
): Promise<void> {
  const { container, status, oomKilled } = options;
  const { hostConfig, id } = container;
  const ranMs = daemon.clock.now() - container.state.startedMs;
  const { manuallyStopped, restartCount } = container;
  const delayMs = container.removing
    ? undefined
    : container.restarts.delayAfter({
        policy: hostConfig.RestartPolicy,
        exitCode: status.code,
        ranMs,
        manuallyStopped,
        restartCount,
      });
  if (delayMs !== undefined) container.restartCount += 1;
  const again = delayMs !== undefined || container.manuallyRestarted;
  const goes = hostConfig.AutoRemove === true && !again;
  stopHealth(container);
  const networks = networksOf(daemon, container);
  await unpublishPorts(daemon, container);
  const steps = [...closeNetwork(daemon, container), ...stopSteps(container)];
  if (goes) await container.logFile?.discard();
  await applyEach(daemon.guest, goes ? [...steps, ...removeSteps(id)] : steps);
  await daemon.volumeMounts.release(daemon, id);
  container.input.end();
  container.input = new InputRelay();
  container.run = undefined;
  Object.assign(container.state, {
    status: delayMs === undefined ? 'exited' : 'restarting',
    pid: 0,
    exitCode: status.code,
    oomKilled,
    finishedMs: daemon.clock.now(),
  });
  container.log.flush();
  container.logFile?.close().catch(() => {});
  container.output.end();
  if (oomKilled) logContainerEvent(daemon, container, { action: 'oom' });
  const execDuration = String(Math.floor(ranMs / 1000));
  const attributes = { exitCode: String(status.code), execDuration };
  logContainerEvent(daemon, container, { action: 'die', attributes });
  for (const network of networks)
    logNetworkEvent(daemon, network, { action: 'disconnect', container: id });
  logVolumesUnmounted(daemon, container);
  container.notifyExit();
  if (delayMs !== undefined) restartLater(daemon, { ...options, delayMs });
  else if (goes) await removeContainer(daemon, container, { cleaned: true });
}

/** A wait that a user's stop cuts short; a start that fails ends it too. */
export function restartLater(
  daemon: Daemon,
  options: {
    readonly container: Container;
    readonly delayMs: number;
    readonly restart: StartContainer;
  },
): void {
  const { container, delayMs, restart } = options;
  const { signal } = container.restarts;
  const again = async (): Promise<void> => {
    await daemon.clock.delay(delayMs, signal).catch(() => {});
    await container.mutex.run(async () => {
      if (container.state.status !== 'restarting') return;
      if (signal.aborted) return endForGood(daemon, container);
      try {
        await restart(daemon, container);
      } catch {
        // The start has put its error into the container's state.
        await endForGood(daemon, container);
      }
    });
  };
  again().catch(() => {});
}

async function endForGood(daemon: Daemon, container: Container): Promise<void> {
  container.state.status = 'exited';
  container.notifyExit();
  if (container.hostConfig.AutoRemove === true) await removeContainer(daemon, container);
}
