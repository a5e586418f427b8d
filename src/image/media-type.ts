/** The media types of images, and which of them Docker takes for what. */
import { KindError } from '../lib/errors.ts';

export const mediaTypes = {
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerManifestList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerConfig: 'application/vnd.docker.container.image.v1+json',
  dockerLayerGzip: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  dockerLayer: 'application/vnd.docker.image.rootfs.diff.tar',
  schema1: 'application/vnd.docker.distribution.manifest.v1+json',
  schema1Signed: 'application/vnd.docker.distribution.manifest.v1+prettyjws',
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  ociConfig: 'application/vnd.oci.image.config.v1+json',
  ociLayer: 'application/vnd.oci.image.layer.v1.tar',
  ociLayerGzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
} as const;

/** What a client says it takes when it asks for a manifest, as Docker orders it. */
export const manifestAccept = [
  mediaTypes.dockerManifest,
  mediaTypes.dockerManifestList,
  mediaTypes.ociIndex,
  mediaTypes.ociManifest,
  mediaTypes.schema1Signed,
  'application/json',
] as const;

const imageConfigTypes: readonly string[] = [
  mediaTypes.dockerConfig,
  mediaTypes.ociConfig,
  // Old registries and tools wrote these: https://github.com/docker/distribution/issues/1621
  'application/octet-stream',
  'application/json',
  'text/html',
  '',
];

/** Rejects a config that is not an image's (a plugin, a chart), with Docker's words. */
export function checkConfigType(mediaType: string): void {
  if (imageConfigTypes.includes(mediaType)) return;
  if (mediaType.toLowerCase().startsWith('application/vnd.docker.ai.')) {
    throw new KindError(
      'invalidParameter',
      'AI models are not yet supported by the Engine, please use "docker model pull/run" instead',
    );
  }
  const kind = mediaType === 'application/vnd.docker.plugin.v1+json' ? 'plugin' : 'unknown';
  throw new KindError(
    'invalidParameter',
    `Encountered remote ${JSON.stringify(mediaType)}(${kind}) when fetching`,
  );
}

/**
 * Rejects a layer this engine will not take: an artifact's, and a foreign one, whose bytes lie at URLs that the
 * manifest chooses. How it is compressed is not told from the type but from its first bytes, as Docker does.
 */
export function checkLayerType(mediaType: string): void {
  const lower = mediaType.toLowerCase();
  if (lower.includes('.foreign.') || lower.includes('.nondistributable.')) {
    throw new KindError('invalidParameter', `unsupported media type ${mediaType}`);
  }
  const known =
    imageConfigTypes.includes(lower) ||
    lower.startsWith('application/vnd.oci.image.') ||
    lower.startsWith('application/vnd.docker.');
  if (!known) throw new KindError('invalidParameter', `unsupported media type ${mediaType}`);
}
