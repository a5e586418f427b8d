/** Joins the registry client to the engine: what pull, push, search and the like do. */
import type { RegistryAccess, RegistryRequest } from '../engine/registry-access.ts';
import type { OciPlatform } from '../api/image.ts';
import type { Platform } from '../image/platform.ts';
import type { Credentials } from '../registry/endpoint.ts';
import type { InspectedManifest, Puller } from '../registry/pull.ts';
import type { Pusher } from '../registry/push.ts';
import type { LoginClient } from '../registry/login.ts';
import type { SearchClient } from '../registry/search.ts';

export interface RegistryAccessParts {
  readonly puller: Puller;
  readonly pusher: Pusher;
  readonly searcher: SearchClient;
  readonly loginClient: LoginClient;
  /** Fetches a URL that a user named, where the host lets it. */
  readonly download: (url: URL, signal?: AbortSignal) => Promise<Response>;
  /** Waited for before the first byte is stored. */
  readonly ready: Promise<void>;
}

export function createRegistryAccess(parts: RegistryAccessParts): RegistryAccess {
  const { puller, pusher, searcher, ready } = parts;
  return {
    pull: async (reference, { platform, ...request }) => {
      await ready;
      const options = {
        onProgress: request.onProgress,
        ...common(request),
        ...(platform === undefined ? {} : { platform }),
      };
      const isAll = reference.tag === undefined && reference.digest === undefined;
      if (isAll) await puller.pullAll(reference, options);
      else await puller.pull(reference, options);
    },
    push: (repository, { images, onProgress, ...request }) =>
      pusher.push(repository, { images, onProgress, ...common(request) }),
    distribution: async (reference, request) =>
      describe(await puller.inspect(reference, common(request))),
    search: (query, request) => searcher.search(query, common(request)),
    login: (host, { auth, signal }) =>
      parts.loginClient.login(host, {
        credentials: auth,
        ...(signal === undefined ? {} : { signal }),
      }),
    download: (url, { signal }) => parts.download(url, signal),
  };
}

function common({ auth, signal }: RegistryRequest): {
  credentials?: Credentials;
  signal?: AbortSignal;
} {
  return {
    ...(auth?.username === undefined
      ? {}
      : {
          credentials: {
            username: auth.username,
            password: auth.password ?? '',
            ...(auth.identityToken === undefined ? {} : { identityToken: auth.identityToken }),
          },
        }),
    ...(signal === undefined ? {} : { signal }),
  };
}

function describe({ digest, sizeBytes, manifest, platforms }: InspectedManifest) {
  return {
    Descriptor: { mediaType: manifest.mediaType, digest, size: sizeBytes },
    Platforms: platforms.length === 0 ? null : platforms.map(ociPlatform),
  };
}

function ociPlatform({ os, architecture, osVersion, variant }: Platform): OciPlatform {
  return {
    architecture,
    os,
    ...(osVersion === undefined ? {} : { 'os.version': osVersion }),
    ...(variant === undefined ? {} : { variant }),
  };
}
