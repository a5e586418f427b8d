/** Routes under `/images` that answer at once. */
import type { ApiResponse } from '../../api/http.ts';
import type { ImageInspect, ImageSummary } from '../../api/image.ts';
import { KindError } from '../../lib/errors.ts';
import type { EngineBackend } from './backend.ts';
import { jsonPlatform, jsonPlatforms, registryAuth } from './image-request.ts';
import { legacyInspect } from './legacy-image.ts';
import { emptyResponse, jsonResponse } from './respond.ts';
import type { RouteRequest } from './route-request.ts';
import type { Route } from './route.ts';

export const imageRoutes: readonly Route[] = [
  ['GET', '/images/json', list],
  ['GET', '/images/search', search],
  ['GET', '/images/{name...}/json', inspect],
  ['GET', '/images/{name...}/history', history],
  ['POST', '/images/prune', prune],
  ['POST', '/images/{name...}/tag', tag],
  ['DELETE', '/images/{name...}', remove],
  ['GET', '/distribution/{name...}/json', distribution],
];

async function list(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const filters = new Map(request.filters());
  const pattern = request.versionAtLeast('1.41') ? '' : request.text('filter');
  if (pattern !== '') filters.set('reference', [...(filters.get('reference') ?? []), pattern]);
  const images = await backend.imageList({
    all: request.flag('all'),
    sharedSize: request.versionAtLeast('1.42') && request.flag('shared-size'),
    filters,
  });
  return jsonResponse(
    200,
    images.map((image) => versionedSummary(image, request)),
  );
}

function versionedSummary(image: ImageSummary, request: RouteRequest): ImageSummary {
  const { RepoTags: tags, RepoDigests: digests } = image;
  const useNone = !request.versionAtLeast('1.43') && tags.length + digests.length === 0;
  return {
    ...image,
    ...(useNone ? { RepoTags: ['<none>:<none>'], RepoDigests: ['<none>@<none>'] } : {}),
    ...(request.versionAtLeast('1.44') ? {} : { VirtualSize: image.Size }),
    ...(request.versionAtLeast('1.51') ? {} : { Containers: -1 }),
  };
}

async function inspect(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const platform = jsonPlatform(request, { since: '1.49' });
  const manifests = request.versionAtLeast('1.48') && request.flag('manifests');
  if (manifests && platform.platform !== undefined) {
    const message = 'conflicting options: manifests and platform options cannot both be set';
    throw new KindError('invalidParameter', message);
  }
  const image: ImageInspect = await backend.imageInspect(request.parameter('name'), platform);
  return jsonResponse(200, legacyInspect(image, request));
}

async function history(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const platform = jsonPlatform(request, { since: '1.48' });
  return jsonResponse(200, await backend.imageHistory(request.parameter('name'), platform));
}

async function tag(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const target = { repo: request.text('repo'), tag: request.text('tag') };
  await backend.imageTag(request.parameter('name'), target);
  return emptyResponse(201);
}

async function remove(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const name = request.parameter('name');
  if (name.trim() === '') throw new KindError('invalidParameter', 'image name cannot be blank');
  const [platform, ...others] = jsonPlatforms(request, { since: '1.50' });
  if (others.length > 0)
    throw new KindError('invalidParameter', 'multiple platforms are not supported');
  const options = {
    force: request.flag('force'),
    noPrune: request.flag('noprune'),
    ...(platform === undefined ? {} : { platform }),
  };
  return jsonResponse(200, await backend.imageRemove(name, options));
}

async function prune(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  return jsonResponse(200, await backend.imagesPrune(request.filters()));
}

async function search(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const text = request.text('limit');
  if (text !== '' && !/^\+?[0-9]+$/.test(text)) {
    const detail = /^-[0-9]+$/.test(text)
      ? ''
      : `: strconv.Atoi: parsing "${text}": invalid syntax`;
    throw new KindError('invalidParameter', `invalid limit specified${detail}`);
  }
  const results = await backend.imageSearch({
    term: request.text('term'),
    limit: Number(text),
    filters: request.filters(),
    ...registryAuth(request),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
  return jsonResponse(200, results);
}

async function distribution(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const inspected = await backend.distributionInspect(request.parameter('name'), {
    ...registryAuth(request),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
  return jsonResponse(200, inspected);
}
