/** The browser's service worker as the Offline view-model sees it. */
import type { OfflineMessage, OfflineRequest } from '../playground/offline-messages.ts';
import type { OfflineListener, OfflineWorker } from '../playground/offline.svelte.ts';

/** Undefined where the browser has none: insecure contexts and some private windows. */
export function browserOfflineWorker(baseUrl: string): OfflineWorker | undefined {
  const container = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  return container && new BrowserOfflineWorker(container, baseUrl);
}

class BrowserOfflineWorker implements OfflineWorker {
  readonly #container: ServiceWorkerContainer;
  readonly #baseUrl: string;
  #waiting: ServiceWorker | null = null;
  #started = false;

  constructor(container: ServiceWorkerContainer, baseUrl: string) {
    this.#container = container;
    this.#baseUrl = baseUrl;
  }

  start(listener: OfflineListener): void {
    if (this.#started) return;
    this.#started = true;
    this.#container.addEventListener('message', (event: MessageEvent<OfflineMessage>) =>
      listener.message(event.data),
    );
    // A refused registration (storage full, forbidden) leaves a page that needs the network.
    this.#register(listener).catch(() => undefined);
  }

  update(): void {
    this.#container.addEventListener('controllerchange', () => location.reload(), { once: true });
    if (this.#waiting !== null) post(this.#waiting, { type: 'update' });
  }

  async #register(listener: OfflineListener): Promise<void> {
    const url = new URL('service-worker.js', this.#baseUrl);
    const registration = await this.#container.register(url, { updateViaCache: 'none' });
    const offer = (worker: ServiceWorker | null): void => {
      if (worker === null || this.#container.controller === null) return;
      this.#waiting = worker;
      listener.updateReady();
    };
    if (registration.waiting !== null) offer(registration.waiting);
    registration.addEventListener('updatefound', () => {
      const worker = registration.installing;
      worker?.addEventListener('statechange', () => {
        if (worker.state === 'installed') offer(registration.waiting);
      });
    });
    const { active } = await this.#container.ready;
    if (active !== null) post(active, { type: 'saveBlobs' });
  }
}

function post(worker: ServiceWorker, request: OfflineRequest): void {
  worker.postMessage(request);
}
