/** `DELETE /containers/{id}`. */
import { KindError, errorMessage, errorKind } from '../lib/errors.ts';
import type { Container } from './container/container.ts';
import { signalContainer } from './container-signal.ts';
import { findLink, removeLink } from './network/links.ts';
import { hostsStep } from './network/name-files.ts';
import { logContainerEvent, type Daemon } from './daemon.ts';
import { applyEach } from './guest-plans.ts';
import { sigkill } from '../lib/signals.ts';
import { removeSteps, unmountStep } from './spec/root-plan.ts';
import { forgetContainer, saveContainer } from './state/keep-state.ts';
import { removeVolumes } from './volume/remove-volumes.ts';

export async function containerRemove(
  daemon: Daemon,
  name: string,
  options: { readonly force: boolean; readonly volumes: boolean; readonly link: boolean },
): Promise<void> {
  if (options.link) return unlink(daemon, name);
  const container = daemon.containers.find(name);
  if (container.removing) {
    const message = `removal of container ${name} is already in progress`;
    throw new KindError('conflict', message);
  }
  container.removing = true;
  try {
    await killFirst(daemon, container, options.force);
    await container.mutex.run(() => removeContainer(daemon, container, options));
  } catch (error) {
    container.removing = false;
    const message = `cannot remove container "${name}": ${errorMessage(error)}`;
    throw new KindError(errorKind(error), message, { cause: error });
  }
}

/** `name` is `parent/alias`. A running parent keeps the variables that it was started with, as in dockerd. */
async function unlink(daemon: Daemon, name: string): Promise<void> {
  const found = findLink(daemon, name);
  if (found === undefined) {
    daemon.containers.find(name);
    const message = 'Conflict, cannot remove the default link name of the container';
    throw new KindError('system', message);
  }
  const { parent, link } = found;
  await parent.mutex.run(async () => {
    removeLink(daemon, parent, link);
    if (parent.run !== undefined) await daemon.guest.apply({ before: [hostsStep(daemon, parent)] });
    saveContainer(daemon, parent);
  });
}

async function killFirst(daemon: Daemon, container: Container, force: boolean): Promise<void> {
  const { status } = container.state;
  if (!container.isRunning) return;
  if (!force) {
    const message =
      status === 'paused'
        ? 'container is paused and must be unpaused first'
        : `container is ${status}: stop the container before removing or force remove`;
    throw new KindError('conflict', message);
  }
  const { run } = container;
  const ended = container.wait('not-running');
  await signalContainer(daemon, container, sigkill);
  await ended;
  await run?.finished;
}

/** Takes away what a stopped container left. `cleaned`: its files are gone already. */
export async function removeContainer(
  daemon: Daemon,
  container: Container,
  options: { readonly cleaned?: boolean; readonly volumes?: boolean } = {},
): Promise<void> {
  if (daemon.containers.get(container.id) === undefined) return;
  container.removing = true;
  await forgetContainer(daemon, container);
  await container.logFile?.discard();
  if (options.cleaned !== true || container.rootUsers > 0)
    await applyEach(daemon.guest, [
      ...(container.rootUsers > 0 ? [unmountStep(container.id)] : []),
      ...removeSteps(container.id),
    ]);
  daemon.containers.delete(container);
  if (!(await daemon.images.has(container.imageId)))
    await daemon.images.releaseLayers(container.diffIds);
  daemon.execs.removeOf(container);
  if (options.volumes ?? true) await removeVolumes(daemon, container);
  container.output.end();
  container.log.wakeAll();
  logContainerEvent(daemon, container, { action: 'destroy' });
  container.notifyRemoved();
}
