import { describe, expect, it } from 'vitest';
import { manifestSizeBytesMax, parseManifest } from './manifest.ts';
import { parseReference } from './reference.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const descriptor = { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest, size: 3 };
const manifest = {
  schemaVersion: 2,
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest, size: 2 },
  layers: [descriptor],
};
const index = {
  schemaVersion: 2,
  mediaType: 'application/vnd.oci.image.index.v1+json',
  manifests: [{ ...descriptor, platform: { os: 'linux', architecture: 'arm', variant: 'v7' } }],
};
const parse = (body: unknown, contentType?: string) =>
  parseManifest(
    new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body)),
    contentType === undefined ? {} : { contentType },
  );
const without = (body: object, key: string) =>
  Object.fromEntries(Object.entries(body).filter(([name]) => name !== key));

describe('parseManifest()', () => {
  it('reads a manifest', () => {
    expect(parse(manifest)).toEqual({
      kind: 'manifest',
      mediaType: manifest.mediaType,
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest, sizeBytes: 2 },
      layers: [{ mediaType: descriptor.mediaType, digest, sizeBytes: 3 }],
    });
  });

  it('reads an index and its platforms', () => {
    expect(parse(index)).toMatchObject({
      kind: 'index',
      manifests: [{ platform: { os: 'linux', architecture: 'arm', variant: 'v7' } }],
    });
    const bare = { ...index, manifests: [descriptor, { ...descriptor, platform: {} }] };
    expect(parse(bare)).toMatchObject({ manifests: [{ digest }, { digest }] });
    expect(JSON.stringify(parse(bare))).not.toContain('platform');
  });

  it('takes the type from the body, else the header, else the fields', () => {
    const bare = without(manifest, 'mediaType');
    const docker = 'application/vnd.docker.distribution.manifest.v2+json';
    expect(parse(manifest, 'text/plain')).toMatchObject({ mediaType: manifest.mediaType });
    expect(parse(bare, `${docker}; charset=utf-8`)).toMatchObject({ mediaType: docker });
    expect(parse(bare, 'application/json')).toMatchObject({ mediaType: manifest.mediaType });
    expect(parse(without(index, 'mediaType'))).toMatchObject({ kind: 'index' });
  });

  const refused: [what: string, body: unknown, message: string, contentType?: string][] = [
    ['no JSON', '{', 'manifest is not valid JSON'],
    ['bad UTF-8 survives no decoder', '\ud800', 'manifest is not valid JSON'],
    ['a list', '[]', 'manifest is not a JSON object'],
    ['null', 'null', 'manifest is not a JSON object'],
    ['nothing known', {}, 'media-type: cannot determine'],
    ['another type', { ...manifest, mediaType: 'x/y' }, 'unsupported manifest format'],
    [
      'two types',
      manifest,
      "mediaType in manifest should be 'application/vnd.oci.image.index.v1+json' not 'application/vnd.oci.image.manifest.v1+json'",
      'application/vnd.oci.image.index.v1+json',
    ],
    [
      'both a manifest and an index',
      { ...manifest, manifests: [] },
      'should not have "manifests" or "fsLayers"',
    ],
    [
      'both an index and a manifest',
      { ...index, layers: [] },
      'should not have "config", "layers", or "fsLayers"',
    ],
    ['schema 3', { ...manifest, schemaVersion: 3 }, 'unsupported manifest schema version: 3'],
    ['no layers', without(manifest, 'layers'), 'manifest has no layers'],
    ['no config', without(manifest, 'config'), 'manifest has no descriptor at config'],
    [
      'a layer without digest',
      { ...manifest, layers: [{ size: 1 }] },
      'could not validate layer digest',
    ],
    [
      'a digest with a path',
      { ...manifest, layers: [{ ...descriptor, digest: `${digest}/../x` }] },
      'could not validate layer digest',
    ],
    [
      'a negative size',
      { ...manifest, layers: [{ ...descriptor, size: -1 }] },
      'no valid size at layers[0]',
    ],
    [
      'a size that is no integer',
      { ...manifest, layers: [{ ...descriptor, size: 1.5 }] },
      'no valid size',
    ],
    [
      'a size beyond exact numbers',
      { ...manifest, layers: [{ ...descriptor, size: 2 ** 60 }] },
      'no valid size',
    ],
    [
      '126 layers',
      { ...manifest, layers: Array.from({ length: 126 }, () => descriptor) },
      'max depth exceeded',
    ],
    [
      'too many entries',
      { ...index, manifests: Array.from({ length: 5000 }, () => descriptor) },
      'manifest list is too long',
    ],
    [
      'a platform that is none',
      { ...index, manifests: [{ ...descriptor, platform: { os: 1 } }] },
      'platform with a malformed os',
    ],
  ];
  for (const [what, body, message, contentType] of refused) {
    it(`refuses ${what}`, () => expect(() => parse(body, contentType)).toThrow(message));
  }

  it('refuses a manifest that is too large, unread', () => {
    expect(() => parseManifest(new Uint8Array(manifestSizeBytesMax + 1))).toThrow(
      'manifest is too large',
    );
  });

  it("refuses schema 1 with Docker's words, signed or not, declared or not", () => {
    const body = JSON.stringify({ schemaVersion: 1, name: 'x', fsLayers: [] });
    const words =
      'schema 1 support has been removed. Suggest the author of docker.io/library/x:1 to upgrade';
    for (const contentType of ['', 'application/vnd.docker.distribution.manifest.v1+prettyjws']) {
      const reference = parseReference('x:1');
      const bytes = new TextEncoder().encode(body);
      expect(() => parseManifest(bytes, { contentType, reference })).toThrow(words);
    }
  });
});
