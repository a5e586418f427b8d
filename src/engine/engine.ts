/**
 * The Docker Engine: policy over a guest that has the mechanism. Every verb lies in a file of its own;
 * this one puts them behind the interface that the API server asks for.
 */
import type { Guest } from '../guest/guest.ts';
import { outsideRoot, type IdMapping } from '../guest/id-mapping.ts';
import type { RecordStore } from '../image/content-store.ts';
import { isDigest } from '../image/digest.ts';
import type { ImageStore } from '../image/image-store.ts';
import type { Disposable } from '../lib/disposable.ts';
import { KindError } from '../lib/errors.ts';
import { NetworkTable } from '../network/network-table.ts';
import { BuildCache } from './build/build-cache.ts';
import { buildPrune } from './build/build-prune.ts';
import { imageBuild } from './build/image-build.ts';
import { StatsCollector } from './container/stats-collector.ts';
import { ContainerTable } from './container/container-table.ts';
import { containerArchivePath } from './container-archive-path.ts';
import { containerAttach } from './container-attach.ts';
import { containerChanges } from './container-changes.ts';
import { containerCommit } from './container-commit.ts';
import { containerCreate } from './container-create.ts';
import { containerExport } from './container-export.ts';
import { containerExtractToDir } from './container-extract-to-dir.ts';
import { containerInspect } from './container-inspect.ts';
import { containerKill } from './container-kill.ts';
import { containerList } from './container-list.ts';
import { containerLogs } from './container-logs.ts';
import { containerPause } from './container-pause.ts';
import { containerRemove } from './container-remove.ts';
import { containerRename } from './container-rename.ts';
import { containerResize } from './container-resize.ts';
import { containerRestart } from './container-restart.ts';
import { containerStart } from './container-start.ts';
import { containerStatPath } from './container-stat-path.ts';
import { containerStats } from './container-stats.ts';
import { containerStop } from './container-stop.ts';
import { containerTop } from './container-top.ts';
import { containerUnpause } from './container-unpause.ts';
import { containerUpdate } from './container-update.ts';
import { containerWait } from './container-wait.ts';
import { containersPrune } from './containers-prune.ts';
import type { Clock, Daemon } from './daemon.ts';
import { distributionInspect } from './distribution-inspect.ts';
import { EventBus } from './events.ts';
import { execCreate } from './exec-create.ts';
import { execInspect } from './exec-inspect.ts';
import { execResize } from './exec-resize.ts';
import { execCheck, execStart } from './exec-start.ts';
import { ExecTable } from './exec/exec-table.ts';
import { stopHealth } from './health/health-monitor.ts';
import { imageHistory } from './image-history.ts';
import { imageLayers } from './image-layers.ts';
import { imageImport } from './image-import.ts';
import { imageInspect } from './image-inspect.ts';
import { imageList } from './image-list.ts';
import { imageLoad } from './image-load.ts';
import { imagePull } from './image-pull.ts';
import { imagePush } from './image-push.ts';
import { imageRemove } from './image-remove.ts';
import { imageSave } from './image-save.ts';
import { imageSearch } from './image-search.ts';
import { imageTag } from './image-tag.ts';
import { imagesPrune } from './images-prune.ts';
import { networkConnect, networkDisconnect } from './network-connect.ts';
import { networkCreate } from './network-create.ts';
import { networkInspect, networkList } from './network-list.ts';
import { networkRemove, networksPrune } from './network-remove.ts';
import { machineSetupPlan } from './machine-setup.ts';
import { PacketFilter } from './network/packet-filter.ts';
import { addPredefined } from './network/predefined.ts';
import { NameService } from './network/name-service.ts';
import { setUpNetworks } from './network/set-up-networks.ts';
import type { RegistryAccess } from './registry-access.ts';
import type { EngineBackend } from './server/backend.ts';
import type { BuildBackend } from './server/backend/build-backend.ts';
import type { ImageBackend } from './server/backend/image-backend.ts';
import type { RequestBackend } from './server/backend/request-scope.ts';
import { machineNetwork } from './see/machine-network.ts';
import { machineProcesses } from './see/machine-processes.ts';
import { dropLeftovers } from './state/drop-leftovers.ts';
import { EngineIdentity } from './state/engine-identity.ts';
import { durable } from './state/durable.ts';
import { holdEngine } from './state/hold-engine.ts';
import { keepState } from './state/keep-state.ts';
import { restartContainers } from './state/restart-containers.ts';
import { resumeMachine, restoreSaved } from './state/restore-saved.ts';
import { restoreState } from './state/restore-state.ts';
import { saveEngine, type SavedEngine } from './state/saved-engine.ts';
import { shutDown } from './state/shut-down.ts';
import { StateStore } from './state/state-store.ts';
import { machineRoot } from './spec/user-namespace.ts';
import { addRemapAccount } from './remap-account.ts';
import { systemAuth } from './system-auth.ts';
import { systemDf } from './system-df.ts';
import { systemEvents } from './system-events.ts';
import { machineName, systemInfo } from './system-info.ts';
import { systemVersion } from './system-version.ts';
import { beginRequest } from './request-scope.ts';
import { VolumeMounts } from './volume/volume-mounts.ts';
import { VolumeTable } from './volume/volume-table.ts';
import { volumeCreate } from './volume-create.ts';
import { volumeInspect, volumeList } from './volume-list.ts';
import { volumeRemove, volumesPrune } from './volume-remove.ts';
import { XrayHub } from './xray/xray-hub.ts';

export interface EngineOptions {
  readonly guest: Guest;
  readonly images: ImageStore;
  readonly registry: RegistryAccess;
  /** Keeps containers and volumes; absent, they go with the engine. */
  readonly state?: RecordStore;
  /** Layers that stay although nothing here has them; read anew whenever one may go. */
  readonly pinnedLayers?: Iterable<string>;
  /** The machine was restored, and the engine goes on with what it knew. */
  readonly saved?: SavedEngine;
  /** For /info. */
  readonly memorySizeBytes: number;
  /** For /info. */
  readonly registryMirrors?: readonly string[];
  /** For /info. */
  readonly insecureRegistries?: readonly string[];
  /** What builds keep at most beyond images; absent, 2 GiB. */
  readonly buildCacheBytesMax?: number;
  /** Of the containers' users: user namespaces, unless a container asks for the machine's. */
  readonly ids?: IdMapping;
  /** Answers name queries of containers that are not about containers; absent, they are refused. */
  readonly resolveName?: (query: Uint8Array) => Promise<Uint8Array>;
  readonly clock?: Clock;
  readonly random?: (count: number) => Uint8Array;
}

export interface Engine extends EngineBackend, Disposable {
  /** Sets the machine up; call once, when the agent is there. Every verb that needs it comes after. */
  setUpMachine(): Promise<void>;
  /** Resolves when containers and volumes of before are known; needs no machine. */
  readonly restored: Promise<void>;
  /** Stands still until it is disposed of; rejects `conflict` when something takes too long. */
  hold(): Promise<Disposable>;
  /** What it knows, while it stands still. */
  save(): SavedEngine;
  /** Stops all containers and writes everything out. The machine is of no use afterwards. */
  shutDown(): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  delay: (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, milliseconds);
      signal?.addEventListener(
        'abort',
        () => {
          clearTimeout(timer);
          reject(signal.reason);
        },
        { once: true },
      );
    }),
};

function systemRandom(count: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(count));
}

export function createEngine(options: EngineOptions): Engine {
  const clock = options.clock ?? systemClock;
  const random = options.random ?? systemRandom;
  const networks = new NetworkTable({ random });
  const state = new StateStore(options.state ?? forgetful);
  const daemon: Daemon = {
    guest: options.guest,
    images: options.images,
    registry: options.registry,
    memorySizeBytes: options.memorySizeBytes,
    registryMirrors: options.registryMirrors ?? [],
    insecureRegistries: options.insecureRegistries ?? [],
    ...(options.ids === undefined
      ? { owner: machineRoot }
      : { ids: options.ids, owner: outsideRoot(options.ids) }),
    clock,
    random,
    containers: new ContainerTable(),
    execs: new ExecTable({ now: () => clock.now() }),
    volumes: new VolumeTable(),
    volumeMounts: new VolumeMounts(),
    networks,
    names: new NameService({
      guest: options.guest,
      networks,
      ...(options.resolveName === undefined ? {} : { forward: options.resolveName }),
    }),
    packetFilter: new PacketFilter(),
    state,
    buildCache: new BuildCache({
      state,
      now: () => clock.now(),
      ...(options.buildCacheBytesMax === undefined ? {} : { bytesMax: options.buildCacheBytesMax }),
    }),
    builds: new Map(),
    events: new EventBus(() => clock.now()),
    stats: new StatsCollector(),
    accounts: new Map(),
    identity: new EngineIdentity(random),
    xray: new XrayHub(),
    startedMs: clock.now(),
  };
  // The root of a container needs its layers, even after `docker rmi -f`.
  daemon.images.keepLayers(() => [
    ...[...(options.pinnedLayers ?? [])].filter(isDigest),
    ...daemon.containers.list().flatMap(({ diffIds }) => diffIds),
    ...daemon.buildCache.list().flatMap(({ diffId }) => (diffId === undefined ? [] : [diffId])),
  ]);
  addPredefined(daemon);
  const { saved } = options;
  const restored = saved === undefined ? restoreState(daemon) : restoreSaved(daemon, saved);
  restored.catch(() => undefined); // setting the machine up tells
  const keeping = keepState(daemon);
  return {
    restored,
    hold: () => holdEngine(daemon),
    save: () => saveEngine(daemon),
    setUpMachine: async () => {
      if (saved !== undefined) {
        await restored;
        return resumeMachine(daemon, saved);
      }
      await Promise.all([
        restored,
        daemon.guest.apply(machineSetupPlan({ hostname: machineName, owner: daemon.owner })),
      ]);
      if (daemon.ids !== undefined) await addRemapAccount(daemon.guest, daemon.ids);
      await setUpNetworks(daemon);
      await dropLeftovers(daemon);
      void restartContainers(daemon);
    },
    shutDown: () => shutDown(daemon),
    ...makeVerbs(daemon),
    dispose: () => {
      for (const cancel of daemon.builds.values()) cancel();
      keeping.dispose();
      daemon.names.dispose();
      for (const container of daemon.containers.list()) {
        stopHealth(container);
        container.output.end();
        container.log.wakeAll();
      }
    },
  };
}

/** For engines without a store. */
const forgetful: RecordStore = {
  get: async () => undefined,
  set: async () => undefined,
  delete: async () => undefined,
  keys: async () => [],
};

function makeVerbs(daemon: Daemon): EngineBackend {
  const verbs: EngineBackend = {
    ...durable(daemon, { ...containerVerbs(daemon), ...otherVerbs(daemon) }),
    beginRequest: (request) => beginRequest(daemon, request, { plain: verbs, makeVerbs }),
    xrayEvents: (options) => daemon.xray.subscribe(options),
  };
  return verbs;
}

type ContainerVerbs = Pick<EngineBackend, Extract<keyof EngineBackend, `container${string}`>>;

function containerVerbs(daemon: Daemon): ContainerVerbs {
  return {
    containerCreate: (request, options) => containerCreate(daemon, request, options),
    containerList: (options) => containerList(daemon, options),
    containerInspect: (name, options) => containerInspect(daemon, name, options),
    containerStart: (name) => containerStart(daemon, name),
    containerAttach: (name, options) => containerAttach(daemon, name, options),
    containerResize: (name, size) => containerResize(daemon, name, size),
    containerWait: (name, options) => containerWait(daemon, name, options),
    containerLogs: (name, options) => containerLogs(daemon, name, options),
    containerKill: (name, options) => containerKill(daemon, name, options),
    containerStop: (name, options) => containerStop(daemon, name, options),
    containerRestart: (name, options) => containerRestart(daemon, name, options),
    containerPause: (name) => containerPause(daemon, name),
    containerUnpause: (name) => containerUnpause(daemon, name),
    containerRemove: (name, options) => containerRemove(daemon, name, options),
    containerRename: (name, newName) => containerRename(daemon, name, newName),
    containerUpdate: (name, changes) => containerUpdate(daemon, name, changes),
    containerTop: (name, psArgs) => containerTop(daemon, name, psArgs),
    containerStatPath: (name, path) => containerStatPath(daemon, name, path),
    containerArchivePath: (name, path) => containerArchivePath(daemon, name, path),
    containerExtractToDir: (name, options) => containerExtractToDir(daemon, name, options),
    containerChanges: (name) => containerChanges(daemon, name),
    containerExport: (name) => containerExport(daemon, name),
    containerStats: (name, options) => containerStats(daemon, name, options),
    containerCommit: (options) => containerCommit(daemon, options),
    containersPrune: (filters) => containersPrune(daemon, filters),
  };
}

function otherVerbs(
  daemon: Daemon,
): Omit<EngineBackend, keyof ContainerVerbs | keyof RequestBackend> {
  return {
    execCreate: (container, request) => execCreate(daemon, container, request),
    execCheck: (id) => execCheck(daemon, id),
    execStart: (id, options) => execStart(daemon, id, options),
    execResize: (id, size) => execResize(daemon, id, size),
    execInspect: (id) => execInspect(daemon, id),
    ...imageVerbs(daemon),
    ...buildVerbs(daemon),
    volumeCreate: (request) => volumeCreate(daemon, request),
    volumeList: (filters) => volumeList(daemon, filters),
    volumeInspect: (name) => volumeInspect(daemon, name),
    volumeRemove: (name, options) => volumeRemove(daemon, name, options),
    volumesPrune: (filters) => volumesPrune(daemon, filters),
    networkList: (filters) => networkList(daemon, filters),
    networkInspect: (name, options) => networkInspect(daemon, name, options),
    networkRemove: (name) => networkRemove(daemon, name),
    networkCreate: (request) => networkCreate(daemon, request),
    networkConnect: (name, options) => networkConnect(daemon, name, options),
    networkDisconnect: (name, options) => networkDisconnect(daemon, name, options),
    networksPrune: (filters) => networksPrune(daemon, filters),
    machineProcesses: () => machineProcesses(daemon),
    machineNetwork: () => machineNetwork(daemon),
    systemDf: (types) => systemDf(daemon, types),
    systemInfo: () => systemInfo(daemon),
    systemVersion: () => systemVersion(daemon),
    systemAuth: (config, signal) => systemAuth(daemon, config, signal),
    systemEvents: (options) => systemEvents(daemon, options),
  };
}

function buildVerbs(daemon: Daemon): BuildBackend {
  return {
    imageBuild: (options) => imageBuild(daemon, options),
    buildPrune: (options) => buildPrune(daemon, options),
    buildCancel: async (id) => {
      if (id === '') throw new KindError('invalidParameter', 'build ID not provided');
      daemon.builds.get(id)?.();
    },
  };
}

type ImageVerbs = Omit<ImageBackend, keyof ContainerVerbs>;

function imageVerbs(daemon: Daemon): ImageVerbs {
  return {
    imagePull: (options) => imagePull(daemon, options),
    imagePush: (options) => imagePush(daemon, options),
    imageImport: (options) => imageImport(daemon, options),
    imageLoad: (options) => imageLoad(daemon, options),
    imageSave: (names, options) => imageSave(daemon, names, options),
    imageList: (options) => imageList(daemon, options),
    imageInspect: (name, options) => imageInspect(daemon, name, options),
    imageHistory: (name, options) => imageHistory(daemon, name, options),
    imageLayers: (name) => imageLayers(daemon, name),
    imageTag: (name, target) => imageTag(daemon, name, target),
    imageRemove: (name, options) => imageRemove(daemon, name, options),
    imagesPrune: (filters) => imagesPrune(daemon, filters),
    imageSearch: (options) => imageSearch(daemon, options),
    distributionInspect: (name, options) => distributionInspect(daemon, name, options),
  };
}
