/**
 * The images with their layers, one of them layer by layer, and a running container's overlay. Renewed by events, and the
 * overlay also when its container has run: what that wrote is marked as it happens.
 */
import type {
  ContainerChange,
  ContainerInspect,
  ContainerSummary,
} from '../../../api/container.ts';
import type { ImageLayers } from '../../../api/image-layers.ts';
import type { ImageSummary } from '../../../api/image.ts';
import type { ApiClient } from '../../../client/api-client.ts';
import { containerChanges, containerInspect, containerList } from '../../../client/containers.ts';
import { imageInspect, imageLayers, imageList } from '../../../client/images.ts';
import type { Disposable } from '../../../lib/disposable.ts';
import { LiveValue } from '../live-value.svelte.ts';
import type { ViewServices } from '../view-services.ts';
import { watchUse } from './watch-use.ts';

/** Images of which the layers are asked for: more are not compared. */
export const imagesMax = 64;

export interface ImageEntry {
  readonly id: string;
  /** Its first name, or the beginning of its ID. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly diffIds: readonly string[];
}

export interface ImagesReading {
  readonly images: readonly ImageEntry[];
  readonly shown: ImageEntry | undefined;
  readonly layers: ImageLayers | undefined;
}

export interface Overlay {
  readonly container: ContainerInspect;
  /** The topmost first. */
  readonly lowerDirs: readonly string[];
  readonly upperDir: string;
  readonly mergedDir: string;
  readonly changes: readonly ContainerChange[];
}

export interface OverlayReading {
  readonly running: readonly ContainerSummary[];
  readonly overlay: Overlay | undefined;
}

export class ImagesView implements Disposable {
  readonly images: LiveValue<ImagesReading>;
  readonly overlays: LiveValue<OverlayReading>;
  #image: string | undefined;
  #container: string | undefined;
  #isDisposed = false;
  /** The container whose use is watched. */
  #watched:
    | { readonly id: string; readonly client: ApiClient; readonly end: Disposable }
    | undefined;

  constructor(services: ViewServices) {
    this.images = new LiveValue(services, {
      ask: (client) => readImages(client, this.#image),
      isChangedBy: ({ Type }) => Type === 'image' || Type === 'builder',
    });
    this.overlays = new LiveValue(services, {
      ask: async (client) => {
        const reading = await readOverlays(client, this.#container);
        this.#watch(client, reading.overlay?.container.Id);
        return reading;
      },
      isChangedBy: ({ Type }) => Type === 'container',
    });
  }

  chooseImage(id: string): void {
    this.#image = id;
    void this.images.refresh();
  }

  chooseContainer(id: string): void {
    this.#container = id;
    void this.overlays.refresh();
  }

  dispose(): void {
    this.images.dispose();
    this.overlays.dispose();
    this.#isDisposed = true;
    this.#watched?.end.dispose();
  }

  #watch(client: ApiClient, id: string | undefined): void {
    if (this.#watched?.id === id && this.#watched?.client === client) return;
    this.#watched?.end.dispose();
    this.#watched = undefined;
    if (id === undefined || this.#isDisposed) return;
    const end = watchUse(client, { container: id, used: () => void this.overlays.refresh() });
    this.#watched = { id, client, end };
  }
}

/** Names of the other images that have the layer at the same place or any other: it is stored once. */
export function sharedWith(
  images: readonly ImageEntry[],
  { image, diffId }: { readonly image: string; readonly diffId: string },
): readonly string[] {
  return images
    .filter(({ id, diffIds }) => id !== image && diffIds.includes(diffId))
    .map(({ name }) => name);
}

async function readImages(client: ApiClient, chosen: string | undefined): Promise<ImagesReading> {
  const list = (await imageList(client)).slice(0, imagesMax);
  const images = await Promise.all(list.map((summary) => readEntry(client, summary)));
  const shown = images.find(({ id }) => id === chosen) ?? images[0];
  const layers = shown && (await imageLayers(client, { image: shown.id }));
  return { images, shown, layers };
}

async function readEntry(
  client: ApiClient,
  { Id, RepoTags, Size }: ImageSummary,
): Promise<ImageEntry> {
  const { RootFS } = await imageInspect(client, { image: Id });
  const name = RepoTags[0] ?? Id.replace(/^sha256:/, '').slice(0, 12);
  return { id: Id, name, sizeBytes: Size, diffIds: RootFS.Layers ?? [] };
}

async function readOverlays(
  client: ApiClient,
  chosen: string | undefined,
): Promise<OverlayReading> {
  const running = await containerList(client);
  const { Id } = running.find((one) => one.Id === chosen) ?? running[0] ?? {};
  if (Id === undefined) return { running, overlay: undefined };
  const [container, changes] = await Promise.all([
    containerInspect(client, { container: Id }),
    containerChanges(client, { container: Id }),
  ]);
  const { LowerDir = '', UpperDir = '', MergedDir = '' } = container.GraphDriver.Data ?? {};
  const overlay: Overlay = {
    container,
    lowerDirs: LowerDir.split(':').filter(Boolean),
    upperDir: UpperDir,
    mergedDir: MergedDir,
    changes: changes ?? [],
  };
  return { running, overlay };
}
