/** One container: what it was made from, what state it is in, and who waits for it. */
import type {
  ContainerConfig,
  ContainerStatus,
  ContainerWaitCondition,
  HostConfig,
} from '../../api/container.ts';
import type { EndpointSettings } from '../../api/network.ts';
import type { GuestProcess } from '../../guest/guest.ts';
import type { Digest } from '../../image/digest.ts';
import { Mutex } from '../../lib/mutex.ts';
import type { MountPoint } from '../spec/mount-point.ts';
import { containerCgroup } from '../spec/paths.ts';
import type { HealthState } from '../health/health-state.ts';
import { ContainerLog } from './container-log.ts';
import type { LogFile } from '../log/log-file.ts';
import { OutputFan } from './output-fan.ts';
import { InputRelay } from './process-io.ts';
import { RestartManager } from './restart-policy.ts';

export interface ContainerRun {
  readonly process: GuestProcess;
  /** Settles after the exit was recorded and everything of the run was taken down. */
  readonly finished: Promise<void>;
}

export interface ContainerState {
  status: ContainerStatus;
  pid: number;
  exitCode: number;
  error: string;
  oomKilled: boolean;
  /** Milliseconds since 1970; 0 for never. */
  startedMs: number;
  finishedMs: number;
}

export interface ContainerOptions {
  readonly id: string;
  readonly name: string;
  readonly createdMs: number;
  readonly config: ContainerConfig;
  readonly hostConfig: HostConfig;
  /** Entrypoint and command joined. */
  readonly args: readonly string[];
  readonly imageId: Digest;
  readonly diffIds: readonly Digest[];
  readonly mountPoints: readonly MountPoint[];
  readonly networks?: Readonly<Record<string, EndpointSettings>>;
  readonly logFile?: LogFile | undefined;
  readonly now: () => number;
  readonly delay: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

interface Waiter {
  readonly condition: ContainerWaitCondition;
  readonly resolve: (exitCode: number) => void;
}

export class Container {
  readonly id: string;
  /** Without the slash that the API puts before it. */
  name: string;
  readonly createdMs: number;
  readonly config: ContainerConfig;
  /** Replaced by an update. */
  hostConfig: HostConfig;
  readonly args: readonly string[];
  readonly imageId: Digest;
  readonly diffIds: readonly Digest[];
  readonly mountPoints: readonly MountPoint[];
  /** By the networks' names, what is asked of each. */
  readonly networks: Map<string, EndpointSettings>;
  /** Held by whatever changes the state. */
  readonly mutex = new Mutex();
  readonly log: ContainerLog;
  /** Undefined with the log driver that keeps nothing. */
  readonly logFile: LogFile | undefined;
  readonly output: OutputFan;
  readonly execIds = new Set<string>();
  /** Processes of the machine that hold its published ports. */
  readonly portProxies: GuestProcess[] = [];
  input = new InputRelay();
  run: ContainerRun | undefined;
  /** Variables of its program that neither its configuration nor the x-ray tells. */
  secretEnv: readonly string[] = [];
  /** It ran before, so its files may differ from the image's. */
  startedBefore = false;
  /** Signalled by a user since its start, whatever the signal: `unless-stopped` heeds it. */
  manuallyStopped = false;
  /** A user restarts it: `--rm` has to wait. */
  manuallyRestarted = false;
  restarts = new RestartManager();
  /** Undefined without a healthcheck, and before the first start. */
  health: HealthState | undefined;
  /** Ends the probing that goes on. */
  stopProbes: (() => void) | undefined;
  restartCount = 0;
  /** Who has the root open beside a run of the container: see container-files.ts. */
  rootUsers = 0;
  removing = false;
  /** Its record is deleted: nothing saves it any more. */
  forgotten = false;
  readonly state: ContainerState = {
    status: 'created',
    pid: 0,
    exitCode: 0,
    error: '',
    oomKilled: false,
    startedMs: 0,
    finishedMs: 0,
  };
  readonly #waiters = new Set<Waiter>();

  constructor(options: ContainerOptions) {
    this.id = options.id;
    this.name = options.name;
    this.createdMs = options.createdMs;
    this.config = options.config;
    this.hostConfig = options.hostConfig;
    this.args = options.args;
    this.imageId = options.imageId;
    this.diffIds = options.diffIds;
    this.mountPoints = options.mountPoints;
    this.networks = new Map(Object.entries(options.networks ?? mainNetwork(options)));
    this.logFile = options.logFile;
    this.log = new ContainerLog({
      now: options.now,
      enabled: options.hostConfig.LogConfig?.Type !== 'none',
      file: options.logFile,
    });
    this.output = new OutputFan(options.delay);
  }

  get shortId(): string {
    return this.id.slice(0, 12);
  }

  /** The directory of its control group. */
  get cgroup(): string {
    return containerCgroup(this.id, this.hostConfig.CgroupParent);
  }

  /** A user wants it to end: no restart policy has a say any more. */
  exitOnNext(): void {
    this.restarts.cancel();
  }

  /** A paused or restarting container counts as running, as in Docker. */
  get isRunning(): boolean {
    return ['running', 'paused', 'restarting'].includes(this.state.status);
  }

  get tty(): boolean {
    return this.config.Tty === true;
  }

  /** Resolves with the exit code when the condition holds; `not-running` may hold already. */
  wait(condition: ContainerWaitCondition, signal?: AbortSignal): Promise<number> {
    if (condition === 'not-running' && !this.isRunning) return Promise.resolve(this.state.exitCode);
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { condition, resolve };
      this.#waiters.add(waiter);
      signal?.addEventListener(
        'abort',
        () => {
          this.#waiters.delete(waiter);
          reject(signal.reason);
        },
        { once: true },
      );
    });
  }

  notifyExit(): void {
    this.#notify((condition) => condition !== 'removed');
  }

  notifyRemoved(): void {
    this.#notify(() => true);
  }

  #notify(matches: (condition: ContainerWaitCondition) => boolean): void {
    for (const waiter of this.#waiters) {
      if (!matches(waiter.condition)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(this.state.exitCode);
    }
  }
}

/** Of a record from before networks were kept. */
function mainNetwork({ config, hostConfig }: ContainerOptions): Record<string, EndpointSettings> {
  const mode = hostConfig.NetworkMode || 'bridge';
  return config.NetworkDisabled === true || mode.startsWith('container:') ? {} : { [mode]: {} };
}
