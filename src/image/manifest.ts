/**
 * Manifests and indexes (manifest lists) of both families, schema 2 and OCI. They come from strangers: everything
 * that is used is checked here, and what comes out can be trusted to have its shape.
 */
import { KindError } from '../lib/errors.ts';
import { isDigest, type Digest } from './digest.ts';
import { mediaTypes } from './media-type.ts';
import type { Platform } from './platform.ts';
import { referenceText, type Reference } from './reference.ts';

/** As Docker: a manifest of more is refused unread. */
export const manifestSizeBytesMax = 4 * 1024 * 1024;
/** As Docker's layer store: overlayfs and mount options set the bound. */
export const layersMax = 125;
const indexEntriesMax = 4096;

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly sizeBytes: number;
}

export interface IndexEntry extends Descriptor {
  readonly platform?: Platform;
}

export interface ImageManifest {
  readonly kind: 'manifest';
  readonly mediaType: string;
  readonly config: Descriptor;
  /** Bottom first. */
  readonly layers: readonly Descriptor[];
}

export interface ImageIndex {
  readonly kind: 'index';
  readonly mediaType: string;
  readonly manifests: readonly IndexEntry[];
}

export interface ManifestSource {
  /** The Content-Type it came with; static hosts give none or a wrong one, and then the body decides. */
  readonly contentType?: string;
  /** For the error that names the image. */
  readonly reference?: Reference;
}

type Json = Readonly<Record<string, unknown>>;

/** Rejects `invalidParameter` for whatever is not a manifest this engine takes. */
export function parseManifest(
  bytes: Uint8Array,
  source: ManifestSource = {},
): ImageManifest | ImageIndex {
  if (bytes.length > manifestSizeBytesMax) {
    throw invalid(`manifest is too large: ${bytes.length} bytes, at most ${manifestSizeBytesMax}`);
  }
  const body = parseObject(bytes);
  const mediaType = manifestType(body, source.contentType);
  if (mediaType === mediaTypes.schema1 || mediaType === mediaTypes.schema1Signed) {
    throw schema1Error(source.reference);
  }
  if (body['schemaVersion'] !== 2) {
    throw invalid(`unsupported manifest schema version: ${JSON.stringify(body['schemaVersion'])}`);
  }
  const isIndex = mediaType === mediaTypes.dockerManifestList || mediaType === mediaTypes.ociIndex;
  checkFamily(body, mediaType, isIndex);
  return isIndex ? parseIndex(body, mediaType) : parseImageManifest(body, mediaType);
}

function parseImageManifest(body: Json, mediaType: string): ImageManifest {
  const layers = body['layers'];
  if (!Array.isArray(layers)) throw invalid('manifest has no layers');
  if (layers.length > layersMax) throw invalid('max depth exceeded');
  return {
    kind: 'manifest',
    mediaType,
    config: parseDescriptor(body['config'], 'config'),
    layers: layers.map((layer, index) => parseDescriptor(layer, `layers[${index}]`)),
  };
}

function parseIndex(body: Json, mediaType: string): ImageIndex {
  const entries = body['manifests'];
  if (!Array.isArray(entries)) throw invalid('manifest list has no manifests');
  if (entries.length > indexEntriesMax) {
    throw invalid(
      `manifest list is too long: ${entries.length} entries, at most ${indexEntriesMax}`,
    );
  }
  return {
    kind: 'index',
    mediaType,
    manifests: entries.map((entry: unknown, index) => {
      const platform = parsePlatformField(isObject(entry) ? entry['platform'] : undefined);
      const descriptor = parseDescriptor(entry, `manifests[${index}]`);
      return platform === undefined ? descriptor : { ...descriptor, platform };
    }),
  };
}

function parseDescriptor(value: unknown, where: string): Descriptor {
  if (!isObject(value)) throw invalid(`manifest has no descriptor at ${where}`);
  const { mediaType = '', digest, size } = value;
  if (typeof mediaType !== 'string') throw invalid(`manifest has no media type at ${where}`);
  if (typeof digest !== 'string' || !isDigest(digest)) {
    throw invalid(`could not validate layer digest ${JSON.stringify(digest)} at ${where}`);
  }
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw invalid(`manifest has no valid size at ${where}`);
  }
  return { mediaType, digest, sizeBytes: size };
}

/** Undefined when the entry names no platform, which Docker takes as serving any. */
function parsePlatformField(value: unknown): Platform | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) throw invalid('manifest list has an entry with a malformed platform');
  const text = (key: string) => {
    const field = value[key] ?? '';
    if (typeof field !== 'string')
      throw invalid(`manifest list has a platform with a malformed ${key}`);
    return field;
  };
  const platform = { os: text('os'), architecture: text('architecture') };
  const variant = text('variant');
  const osVersion = text('os.version');
  if (platform.os === '' && platform.architecture === '' && variant === '') return undefined;
  return {
    ...platform,
    ...(variant === '' ? {} : { variant }),
    ...(osVersion === '' ? {} : { osVersion }),
  };
}

function parseObject(bytes: Uint8Array): Json {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new KindError('invalidParameter', 'manifest is not valid JSON', { cause });
  }
  if (!isObject(value)) throw invalid('manifest is not a JSON object');
  return value;
}

const knownTypes: readonly string[] = [
  mediaTypes.dockerManifest,
  mediaTypes.dockerManifestList,
  mediaTypes.ociManifest,
  mediaTypes.ociIndex,
  mediaTypes.schema1,
  mediaTypes.schema1Signed,
];

/**
 * What the body says it is; else the Content-Type; else what its fields make it. When both speak and differ, it
 * is refused: the two could be read differently by two programs.
 */
function manifestType(body: Json, contentType = ''): string {
  const header = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  const inHeader = knownTypes.includes(header) ? header : undefined;
  const inBody = body['mediaType'];
  if (typeof inBody === 'string' && inBody !== '') {
    if (inHeader !== undefined && inHeader !== inBody) {
      throw invalid(`mediaType in manifest should be '${inHeader}' not '${inBody}'`);
    }
    if (!knownTypes.includes(inBody)) throw invalid('unsupported manifest format');
    return inBody;
  }
  if (inHeader !== undefined) return inHeader;
  if (body['schemaVersion'] === 1) return mediaTypes.schema1;
  if ('manifests' in body) return mediaTypes.ociIndex;
  if ('config' in body) return mediaTypes.ociManifest;
  throw invalid('media-type: cannot determine');
}

function checkFamily(body: Json, mediaType: string, isIndex: boolean): void {
  const name = JSON.stringify(mediaType);
  if (isIndex && ('config' in body || 'layers' in body || 'fsLayers' in body)) {
    throw invalid(`media-type: ${name} should not have "config", "layers", or "fsLayers"`);
  }
  if (!isIndex && ('manifests' in body || 'fsLayers' in body)) {
    throw invalid(`media-type: ${name} should not have "manifests" or "fsLayers"`);
  }
}

function schema1Error(reference: Reference | undefined): KindError {
  const author =
    reference === undefined
      ? ''
      : ` Suggest the author of ${referenceText(reference)} to upgrade the image to the OCI Format or Docker Image manifest v2, schema 2.`;
  return invalid(
    `Docker Image Format v1 and Docker Image manifest version 2, schema 1 support has been removed.${author}` +
      ' More information at https://docs.docker.com/go/deprecated-image-specs/',
  );
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(message: string): KindError {
  return new KindError('invalidParameter', message);
}
