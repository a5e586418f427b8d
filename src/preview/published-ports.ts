/**
 * The published ports of an engine, and which of them answer. The engine tells by its events what changed; whether a
 * server listens only the kernel knows, so its tables are read while somebody is interested.
 */
import type { ApiClient } from '../client/api-client.ts';
import { containerInspect, containerList } from '../client/containers.ts';
import { systemEvents } from '../client/system.ts';
import type { Disposable } from '../lib/disposable.ts';
import { toDisposable } from '../lib/disposable.ts';
import type { Duplex } from '../lib/duplex.ts';
import { KindError } from '../lib/errors.ts';
import { listeningPorts } from './listening-ports.ts';
import { portBindings, type PortBinding } from './port-bindings.ts';
import { dialAddress, type PublishedPort } from './published-port.ts';

/** How often is looked while a server is awaited: below what a person notices. */
const awaitedMs = 200;
/** After so many looks in vain, and when all listen, seldom is enough. */
const awaitedLooksMax = 150;
const settledMs = 2000;
/** After the events broke off. */
const retryMs = 1000;
/** Nobody looks at more; a range of ports is published in one go. */
const portCountMax = 256;

export interface PublishedPortsOptions {
  readonly client: ApiClient;
  /** Files of the machine's /proc; undefined for those that cannot be read. */
  readonly readFiles: (paths: readonly string[]) => Promise<readonly (string | undefined)[]>;
  readonly connect: (target: {
    readonly kind: 'tcp';
    readonly host: string;
    readonly port: number;
  }) => Promise<Duplex>;
  readonly openDatagrams: (local: {
    readonly host: string;
    readonly port: number;
  }) => Promise<DatagramSocket>;
}

/** A datagram socket of the machine, and where the published port is for it. */
export interface DatagramRoute {
  readonly socket: DatagramSocket;
  readonly peer: { readonly host: string; readonly port: number };
}

/** What is needed of the guest's. */
export interface DatagramSocket extends Disposable {
  readonly readable: ReadableStream<{ readonly bytes: Uint8Array }>;
  send(datagram: {
    readonly peer: DatagramRoute['peer'];
    readonly bytes: Uint8Array;
  }): Promise<void>;
}

export type PortsListener = (ports: readonly PublishedPort[]) => void;

export class PublishedPorts implements Disposable {
  readonly #options: PublishedPortsOptions;
  readonly #listeners = new Set<PortsListener>();
  readonly #stop = new AbortController();
  #started = false;
  #bindings: readonly PortBinding[] = [];
  #ports: readonly PublishedPort[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #looks = 0;
  #refreshing: Promise<void> | undefined;
  #isStale = false;

  constructor(options: PublishedPortsOptions) {
    this.#options = options;
  }

  /** Sorted by port. */
  get ports(): readonly PublishedPort[] {
    return this.#ports;
  }

  /** Calls back at once and whenever something changes. The first listener makes it begin. */
  onChange(listener: PortsListener): Disposable {
    this.#listeners.add(listener);
    if (!this.#started) {
      this.#started = true;
      void this.#follow();
    }
    listener(this.#ports);
    return toDisposable(() => this.#listeners.delete(listener));
  }

  /** A connection to a published TCP port. Rejects `notFound` for any other port of the machine. */
  async connect(port: number): Promise<Duplex> {
    return this.#options.connect({ kind: 'tcp', host: this.#address(port, 'tcp'), port });
  }

  /** A socket of one peer's own, so that answers find their way back. Rejects `notFound` as `connect` does. */
  async openDatagrams(port: number): Promise<DatagramRoute> {
    const host = this.#address(port, 'udp');
    // Any port of the same family.
    const socket = await this.#options.openDatagrams({ host: anyAddress(host), port: 0 });
    return { socket, peer: { host, port } };
  }

  #address(port: number, protocol: PublishedPort['protocol']): string {
    const found = this.#ports.find((known) => known.port === port && known.protocol === protocol);
    if (found === undefined) throw new KindError('notFound', `Port ${port} is not published`);
    return dialAddress(found.hostIp);
  }

  dispose(): void {
    this.#stop.abort();
    clearTimeout(this.#timer);
    this.#listeners.clear();
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        const events = await systemEvents(this.#options.client, {
          filters: { event: ['start', 'die', 'rename', 'connect', 'disconnect'] },
          signal,
        });
        void this.#refresh();
        for await (const _event of events) void this.#refresh();
      } catch {
        // An engine that cannot be asked is about to end, or is told of elsewhere.
      }
      await pause(retryMs, signal);
    }
  }

  /** One at a time; what happens meanwhile makes it look once more. */
  #refresh(): Promise<void> {
    this.#isStale = true;
    this.#refreshing ??= this.#refreshUntilFresh().finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  async #refreshUntilFresh(): Promise<void> {
    while (this.#isStale && !this.#stop.signal.aborted) {
      this.#isStale = false;
      try {
        this.#bindings = await this.#list();
      } catch {
        return; // as above
      }
      this.#looks = 0;
      await this.#look();
    }
  }

  async #list(): Promise<readonly PortBinding[]> {
    const { client } = this.#options;
    const found: PortBinding[] = [];
    for (const summary of await containerList(client)) {
      const { NetworkMode } = summary.HostConfig;
      if (summary.Ports.length === 0 && NetworkMode !== 'host') continue;
      // A container that is gone by now has no ports either.
      const inspect = await containerInspect(client, { container: summary.Id }).catch(() => null);
      if (inspect?.State.Running === true) found.push(...portBindings(summary, inspect));
    }
    return distinct(found).slice(0, portCountMax);
  }

  async #look(): Promise<void> {
    clearTimeout(this.#timer);
    const bindings = this.#bindings;
    const listening = await this.#listening(bindings);
    if (this.#bindings !== bindings || this.#stop.signal.aborted) return;
    this.#publish(
      bindings.map(({ pid, ...port }) => ({
        ...port,
        listening: port.protocol === 'udp' || listening.get(pid)?.has(port.privatePort) === true,
      })),
    );
    if (bindings.length === 0) return;
    const isAwaited = this.#ports.some((port) => !port.listening);
    const soon = isAwaited && this.#looks++ < awaitedLooksMax;
    this.#timer = setTimeout(() => void this.#look(), soon ? awaitedMs : settledMs);
  }

  async #listening(bindings: readonly PortBinding[]): Promise<ReadonlyMap<number, Set<number>>> {
    const pids = [...new Set(bindings.map(({ pid }) => pid))];
    const paths = pids.flatMap((pid) => [`/proc/${pid}/net/tcp`, `/proc/${pid}/net/tcp6`]);
    const texts = paths.length === 0 ? [] : await this.#options.readFiles(paths).catch(() => []);
    return new Map(
      pids.map((pid, at) => [
        pid,
        listeningPorts(`${texts[2 * at] ?? ''}\n${texts[2 * at + 1] ?? ''}`),
      ]),
    );
  }

  #publish(ports: readonly PublishedPort[]): void {
    if (JSON.stringify(ports) === JSON.stringify(this.#ports)) return;
    this.#ports = ports;
    for (const listener of this.#listeners) listener(ports);
  }
}

function anyAddress(host: string): string {
  return host.includes(':') ? '::' : '0.0.0.0';
}

/** `-p 80` is bound for IPv4 and IPv6: one is enough to get there. */
function distinct(bindings: readonly PortBinding[]): PortBinding[] {
  const byPort = new Map<string, PortBinding>();
  for (const binding of bindings) {
    const key = `${binding.protocol} ${binding.port}`;
    if (!byPort.has(key) || byPort.get(key)?.hostIp === '::') byPort.set(key, binding);
  }
  return [...byPort.values()].sort((a, b) => a.port - b.port);
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    const end = (): void => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener('abort', end, { once: true });
  });
}
