/** `POST /commit`: an image of what a container has become. */
import type { ContainerConfig, HealthConfig } from '../api/container.ts';
import { applyChanges } from '../build/apply-changes.ts';
import type { Digest } from '../image/digest.ts';
import { encodeImageConfig } from '../image/image-config-json.ts';
import { familiarText } from '../image/reference.ts';
import { KindError } from '../lib/errors.ts';
import type { Container } from './container/container.ts';
import { emptyLayerDiffId, upperLayerTar } from './container/upper-layer.ts';
import { containerPause } from './container-pause.ts';
import { containerUnpause } from './container-unpause.ts';
import { logContainerEvent, type Daemon } from './daemon.ts';
import { logImageEvent } from './image-events.ts';
import { tagImage } from './image-tag.ts';
import { repoTagReference } from './repo-tag.ts';
import type { ContainerCommitOptions } from './server/backend/image-backend.ts';
import { parseSignal } from '../lib/signals.ts';
import { mergeImageEnv } from './spec/environment.ts';
import { engineVersion } from './system-version.ts';
import { jsonTime } from './timestamps.ts';

/** Resolves with the image's ID. The container's files do not change meanwhile, unless `pause` is false. */
export async function containerCommit(
  daemon: Daemon,
  options: ContainerCommitOptions,
): Promise<Digest> {
  const target = repoTagReference(options.target);
  const container = daemon.containers.find(options.container);
  if (container.removing) {
    const message = `You cannot commit container ${container.id} which is being removed`;
    throw new KindError('conflict', message);
  }
  const changed = applyChanges(options.config ?? container.config, options.changes);
  if (changed.StopSignal) parseSignal(changed.StopSignal);
  const config = mergeCommitConfig(changed, container.config);
  const resume = options.pause ? await pauseRunning(daemon, container) : undefined;
  let id: Digest;
  try {
    id = await storeImage(daemon, container, { ...options, config });
  } finally {
    await resume?.();
  }
  await logImageEvent(daemon, 'create', { id });
  if (target !== undefined) await tagImage(daemon, id, target);
  const imageRef = target === undefined ? '' : familiarText(target);
  const attributes = { comment: options.comment, imageID: id, imageRef };
  logContainerEvent(daemon, container, { action: 'commit', attributes });
  return id;
}

/** Resolves with what lets the container go on; undefined when it does not run or stood still before. */
async function pauseRunning(
  daemon: Daemon,
  container: Container,
): Promise<(() => Promise<void>) | undefined> {
  if (container.state.status !== 'running') return undefined;
  await containerPause(daemon, container.id);
  return async () => {
    // It may have been resumed, killed or removed by somebody else meanwhile.
    if (container.state.status === 'paused') await containerUnpause(daemon, container.id);
  };
}

async function storeImage(
  daemon: Daemon,
  container: Container,
  options: Pick<ContainerCommitOptions, 'author' | 'comment'> & { config: ContainerConfig },
): Promise<Digest> {
  const { images } = daemon;
  const { author, comment, config } = options;
  const parent = await images.get(container.imageId);
  const lease = images.lease();
  try {
    for (const diffId of parent.config.diffIds) lease.add(diffId);
    const tar = upperLayerTar(daemon, container.id);
    const { diffId } = await images.layers.ingestNew(tar, lease);
    const isEmpty = diffId === emptyLayerDiffId;
    const created = jsonTime(daemon.clock.now());
    const createdBy = (container.config.Cmd ?? []).join(' ');
    const bytes = encodeImageConfig({
      platform: parent.config.platform,
      ...(parent.config.osVersion === undefined ? {} : { osVersion: parent.config.osVersion }),
      created,
      author,
      dockerVersion: engineVersion,
      container: container.id,
      containerConfig: container.config,
      config,
      diffIds: [...parent.config.diffIds, ...(isEmpty ? [] : [diffId])],
      history: [
        ...parent.config.history,
        { created, createdBy, author, comment, emptyLayer: isEmpty },
      ],
    });
    const id = await images.put(bytes);
    await images.setParent(id, parent.id);
    return id;
  } finally {
    await lease.release();
  }
}

/** What the new configuration does not say, the container's does. */
export function mergeCommitConfig(user: ContainerConfig, own: ContainerConfig): ContainerConfig {
  const hasEntrypoint = (user.Entrypoint ?? []).length > 0;
  const hasCommand = (user.Cmd ?? []).length > 0;
  const exposed = { ...own.ExposedPorts, ...user.ExposedPorts };
  const volumes = { ...user.Volumes, ...own.Volumes };
  const health = mergeHealth(user.Healthcheck, own.Healthcheck);
  const stopSignal = user.StopSignal || own.StopSignal;
  return {
    ...user,
    User: user.User || (own.User ?? ''),
    ...(Object.keys(exposed).length === 0 ? {} : { ExposedPorts: exposed }),
    Env: mergeImageEnv(user.Env ?? [], own.Env ?? []),
    Labels: { ...own.Labels, ...user.Labels },
    Cmd: hasEntrypoint || hasCommand ? (user.Cmd ?? null) : (own.Cmd ?? null),
    Entrypoint: hasEntrypoint
      ? (user.Entrypoint ?? null)
      : (user.Entrypoint ?? own.Entrypoint ?? null),
    ...(health === undefined ? {} : { Healthcheck: health }),
    WorkingDir: user.WorkingDir || (own.WorkingDir ?? ''),
    Volumes: Object.keys(volumes).length === 0 ? null : volumes,
    ...(stopSignal === undefined ? {} : { StopSignal: stopSignal }),
  };
}

function mergeHealth(
  user: HealthConfig | null | undefined,
  own: HealthConfig | null | undefined,
): HealthConfig | undefined {
  if (!user || !own) return user ?? own ?? undefined;
  return {
    ...own,
    ...Object.fromEntries(
      Object.entries(user).filter(([, value]: [string, unknown]) =>
        Array.isArray(value) ? value.length > 0 : value !== 0 && value !== null,
      ),
    ),
  };
}
