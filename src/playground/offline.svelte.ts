/** What the page shows of its service worker: how much is saved for offline use, and updates. */
import type { OfflineMessage } from './offline-messages.ts';

export interface OfflineListener {
  message(message: OfflineMessage): void;
  /** A new version is stored and waits. */
  updateReady(): void;
}

/** The service worker as the browser offers it; `ui/service-worker.ts` implements it. */
export interface OfflineWorker {
  /** Registers the service worker and has it save the bundled images. */
  start(listener: OfflineListener): void;
  /** Activates the waiting version and reloads the page. */
  update(): void;
}

export class Offline {
  #savedPercent = $state<number | undefined>();
  #updateReady = $state(false);
  readonly #worker: OfflineWorker | undefined;

  /** Without a worker nothing is ever saved: browsers offer none in insecure contexts. */
  constructor(worker?: OfflineWorker) {
    this.#worker = worker;
  }

  /** Undefined until the service worker reports; 100 when everything works offline. */
  get savedPercent(): number | undefined {
    return this.#savedPercent;
  }
  get updateReady(): boolean {
    return this.#updateReady;
  }

  /** To be called when the machine is ready, so that saving takes nothing from its start. */
  start(): void {
    this.#worker?.start({
      message: ({ savedBytes, totalBytes }) => {
        this.#savedPercent = percent(savedBytes, totalBytes);
      },
      updateReady: () => {
        this.#updateReady = true;
      },
    });
  }

  update(): void {
    this.#worker?.update();
  }
}

function percent(savedBytes: number, totalBytes: number): number {
  if (savedBytes >= totalBytes) return 100;
  return Math.min(99, Math.floor((savedBytes / totalBytes) * 100));
}
