/**
 * What the page starts before anything else of it is there: the worker of the first machine, and the downloads of what a
 * new machine begins with. They take longest, and a worker is not there so soon.
 */
import { expose, transfer } from 'comlink';
import type { EarlyMachine } from '../playground/worker-protocol.ts';
import { beginDownloads, kindOfNew, type DownloadsApi } from './begin-downloads.ts';
import { machineMemorySizeBytes } from './memory-size.ts';

export function createVmWorker(): Worker {
  return new Worker(new URL('./vm-worker.ts', import.meta.url), { type: 'module' });
}

/** For the first machine of this page, which goes on from no session. */
export function startEarlyMachine(baseUrl: string): EarlyMachine {
  const { port1, port2 } = new MessageChannel();
  const kind = kindOfNew(machineMemorySizeBytes(navigator.userAgent));
  const downloads = beginDownloads(kind, baseUrl);
  const api: DownloadsApi = {
    async content(name) {
      const bytes = await downloads.content(name);
      // Moved, not copied: the page has no use for them.
      return transfer(bytes, [bytes.buffer]);
    },
    compiled: () => downloads.compiled(),
  };
  expose(api, port1);
  const onProgress: EarlyMachine['onProgress'] = (listener) => downloads.onProgress(listener);
  return { worker: createVmWorker(), assetPort: port2, onProgress };
}
