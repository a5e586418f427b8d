/**
 * Writes OCI images for linux/386 as static files in the distribution API's own URL layout
 * (`v2/<name>/manifests/<tag>`, `v2/<name>/blobs/<digest>`), so that any web server is a registry.
 * A tag names an image index, as it does on the registries learners know.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256OfBytes } from '../support/hash.mjs';
import { sourceDateEpochSeconds } from '../support/run.mjs';
import { writeTar } from '../support/tar.mjs';
import { compressZstd } from '../support/zstd.mjs';

const mediaTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+zstd',
};

const platform = { architecture: '386', os: 'linux' };
const created = new Date(sourceDateEpochSeconds * 1000).toISOString().replace('.000', '');

/** Packs a tree as a layer; one packed layer can be part of several images. */
export async function packLayer(tree, createdBy) {
  const tar = writeTar(tree.archive(), { mtimeSeconds: sourceDateEpochSeconds });
  const blob = await compressZstd(tar);
  return { blob, createdBy, diffId: `sha256:${sha256OfBytes(tar)}`, tarSizeBytes: tar.length };
}

/**
 * Writes an image under `<folder>/v2/<name>` and resolves with its figures. `config` is the OCI
 * configuration's `config` object, `labels` are added to it; every tag names the same index.
 */
export async function writeImage(folder, { name, tags, layers, config, labels }) {
  const repository = join(folder, 'v2', ...name.split('/'));
  await mkdir(join(repository, 'blobs'), { recursive: true });
  await mkdir(join(repository, 'manifests'), { recursive: true });
  await mkdir(join(repository, 'tags'), { recursive: true });
  const save = async (kind, content, mediaType) => {
    const digest = `sha256:${sha256OfBytes(content)}`;
    await writeFile(join(repository, kind, digest), content);
    return { mediaType, digest, size: content.length };
  };

  const layerDescriptors = [];
  for (const { blob } of layers) layerDescriptors.push(await save('blobs', blob, mediaTypes.layer));
  const imageConfig = json({
    created,
    author: 'Bottleship',
    ...platform,
    config: { ...config, Labels: labels },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.diffId) },
    history: layers.map(({ createdBy }) => ({ created, created_by: createdBy })),
  });
  const manifest = json({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: await save('blobs', imageConfig, mediaTypes.config),
    layers: layerDescriptors,
    annotations: labels,
  });
  const manifestDescriptor = await save('manifests', manifest, mediaTypes.manifest);
  const index = json({
    schemaVersion: 2,
    mediaType: mediaTypes.index,
    manifests: [{ ...manifestDescriptor, platform }],
    annotations: labels,
  });
  const { digest } = await save('manifests', index, mediaTypes.index);
  for (const tag of tags) await writeFile(join(repository, 'manifests', tag), index);
  await writeFile(join(repository, 'tags', 'list'), json({ name, tags: [...tags].sort() }));
  const sizeBytes = layers.reduce((total, { blob }) => total + blob.length, 0);
  return { name, tags, digest, layers: layers.length, sizeBytes };
}

export async function writeCatalog(folder, names) {
  await writeFile(join(folder, 'v2', '_catalog'), json({ repositories: [...names].sort() }));
}

function json(value) {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}
