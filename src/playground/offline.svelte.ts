/** What the page knows of its service worker: how much is saved for offline use, and updates. */

/** Messages of the service worker to its pages. */
export type OfflineMessage =
  | { readonly type: 'saved'; readonly savedBytes: number; readonly totalBytes: number }
  | { readonly type: 'updateReady' };

/** What the page asks of its service worker. */
export interface OfflineWorker {
  onMessage(listener: (message: OfflineMessage) => void): void;
  /** Activates the waiting version and reloads the page. */
  update(): void;
}

export class Offline {
  #savedPercent = $state<number | undefined>();
  #updateReady = $state(false);
  #worker: OfflineWorker | undefined;

  /** Undefined until there is a service worker that reports. */
  get savedPercent(): number | undefined {
    return this.#savedPercent;
  }
  get updateReady(): boolean {
    return this.#updateReady;
  }

  attach(worker: OfflineWorker): void {
    this.#worker = worker;
    worker.onMessage((message) => {
      if (message.type === 'updateReady') this.#updateReady = true;
      else this.#savedPercent = percent(message.savedBytes, message.totalBytes);
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
