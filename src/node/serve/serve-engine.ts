/** The server behind `bottleship serve`: a machine in a thread, its engine here, and sockets in front. */
import type { ApiHandler } from '../../api/http.ts';
import { errorResponse } from '../../engine/server/http-status.ts';
import { DisposableStore } from '../../lib/disposable.ts';
import { KindError, errorMessage } from '../../lib/errors.ts';
import { createLocalEgress } from '../local-egress.ts';
import { startNodeHost, type NodeHost } from '../node-host.ts';
import { publishPorts } from './publish-ports.ts';
import type { ServeOptions } from './serve-options.ts';

export interface ServedEngine {
  /** Answers 503 while there is no machine; requests of the boot wait for it. */
  readonly handler: ApiHandler;
  /** Resolves when the Engine API answers; rejects when the machine cannot be booted. */
  readonly ready: Promise<void>;
  /** Rejects when the machine is gone; never resolves. */
  readonly lost: Promise<never>;
  dispose(): Promise<void>;
}

export function startEngine(options: ServeOptions): ServedEngine {
  let tellLost: (error: Error) => void = () => undefined;
  const lost = new Promise<never>((_resolve, reject) => (tellLost = reject));
  lost.catch(() => undefined);
  const booting = boot(options, (cause) => tellLost(new Error(`The machine is gone: ${cause}`)));
  const published = new DisposableStore();
  const ready = booting.then(async ({ host }) => {
    await host.ready;
    if (!options.publish) return;
    published.add(publishPorts(await host.ports(), (line) => console.error(line)));
  });
  ready.catch(() => undefined); // whoever waits for readiness hears of it
  return {
    ready,
    lost,
    handler: async (request) => {
      try {
        await ready;
        const { host } = await booting;
        return await host.api(request);
      } catch (error) {
        const message = `The machine is not available: ${errorMessage(error)}`;
        return errorResponse(new KindError('unavailable', message, { cause: error }));
      }
    },
    dispose: async () => {
      published.dispose();
      await booting.then(
        (node) => node.shutDown(),
        () => undefined,
      );
    },
  };
}

async function boot(options: ServeOptions, onLost: (cause: string) => void): Promise<NodeHost> {
  const { dataRoot, memorySizeBytes, registryProxy } = options;
  const { registryMirrors, insecureRegistries, egress, ids } = options;
  return startNodeHost({
    dataRoot,
    memorySizeBytes,
    locked: true,
    registryMirrors,
    insecureRegistries,
    threaded: true,
    onLost,
    ...(registryProxy === undefined ? {} : { proxyUrl: registryProxy }),
    ...(ids === undefined ? {} : { ids }),
    ...(egress === undefined ? {} : { egress: createLocalEgress(egress) }),
  });
}
