/** The layers and images that a session's containers stand on, for a file that another browser can read. */
import { createIndexSink } from '../../host/layer-index-sink.ts';
import { isDigest } from '../../image/digest.ts';
import { ImageStore } from '../../image/image-store.ts';
import { resolveStoredLinks } from '../../image/layer-links.ts';
import { LayerStore } from '../../image/layer-store.ts';
import { familiarText, parseReference } from '../../image/reference.ts';
import { decodeBase64, encodeBase64 } from '../../lib/base64.ts';
import { readChunks } from '../../lib/read-chunks.ts';
import type { Stores } from '../stores.ts';
import type { SessionHeader } from './session-file.ts';
import { imagesPart, layerPartPrefix } from './session-part-names.ts';
import { pack, packJson, unpackJson } from './session-parts.ts';

interface SavedImage {
  /** The bytes whose digest is the image's ID, in base64. */
  readonly config: string;
  readonly references: readonly string[];
}

export class SessionImages {
  readonly #layers: LayerStore;
  readonly #images: ImageStore;

  constructor({ content, records }: Stores) {
    this.#layers = new LayerStore({
      content,
      records,
      createIndexSink,
      resolveLinks: resolveStoredLinks,
    });
    this.#images = new ImageStore({ content, records, layers: this.#layers });
  }

  /** Rejects `notFound` for a layer that is gone. */
  async parts({ layers, images }: SessionHeader): Promise<Map<string, Blob>> {
    const parts = new Map<string, Blob>();
    const saved: SavedImage[] = [];
    const wanted = new Set(layers);
    for (const id of images.filter(isDigest)) {
      if (!(await this.#images.has(id))) continue;
      const { layers: own } = await this.#images.get(id);
      for (const { diffId } of own) wanted.add(diffId);
      saved.push({
        config: encodeBase64(await this.#images.configBytes(id)),
        references: (await this.#images.references.of(id)).map(familiarText),
      });
    }
    for (const diffId of [...wanted].filter(isDigest))
      parts.set(layerPartPrefix + diffId, await pack(this.#layers.tar(diffId)));
    return parts.set(imagesPart, await packJson(saved));
  }

  /** Stores what is not there yet; each layer is checked against its digest. */
  async take(parts: ReadonlyMap<string, Blob>): Promise<void> {
    for (const [name, content] of parts) {
      const diffId = name.slice(layerPartPrefix.length);
      if (!name.startsWith(layerPartPrefix) || !isDigest(diffId)) continue;
      if ((await this.#layers.info(diffId)) !== undefined) continue;
      await this.#layers.ingest(readChunks(content.stream()), diffId);
    }
    const packed = parts.get(imagesPart);
    if (packed === undefined) return;
    for (const { config, references } of (await unpackJson(packed)) as readonly SavedImage[]) {
      const id = await this.#images.put(decodeBase64(config));
      // A name that is somebody else's already stays theirs.
      for (const reference of references.map(parseReference))
        if ((await this.#images.references.get(reference)) === undefined)
          await this.#images.tag(id, reference);
    }
  }

  /** The layers that are not there. */
  async missing(layers: readonly string[]): Promise<string[]> {
    const found = await Promise.all(
      layers.filter(isDigest).map(async (diffId) => [diffId, await this.#layers.info(diffId)]),
    );
    return found.flatMap(([diffId, info]) => (info === undefined ? [String(diffId)] : []));
  }
}
