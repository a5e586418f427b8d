/** `GET /images/{name}/json`. */
import type { ImageInspect } from '../api/image.ts';
import type { StoredImage } from '../image/image-store.ts';
import type { Daemon } from './daemon.ts';
import { findImage } from './image-find.ts';
import type { ImagePlatform } from './server/backend/image-backend.ts';
import { layerDirs } from './spec/root-plan.ts';
import { jsonTime } from './timestamps.ts';

export async function imageInspect(
  daemon: Daemon,
  name: string,
  options: { readonly platform?: ImagePlatform } = {},
): Promise<ImageInspect> {
  const image = await findImage(daemon, name, options.platform);
  const { config, id } = image;
  const created = goTime(config.created);
  return {
    Id: id,
    RepoTags: image.repoTags,
    RepoDigests: image.repoDigests,
    Parent: image.parent ?? '',
    Comment: config.comment || (config.history.at(-1)?.comment ?? ''),
    ...(created === undefined ? {} : { Created: created }),
    ...(config.container === undefined ? {} : { Container: config.container }),
    ...(config.containerConfig === undefined ? {} : { ContainerConfig: config.containerConfig }),
    DockerVersion: config.dockerVersion ?? '',
    Author: config.author ?? '',
    Config: runConfig(image),
    Architecture: config.platform.architecture,
    ...(config.platform.variant === undefined ? {} : { Variant: config.platform.variant }),
    Os: config.platform.os,
    ...(config.osVersion === undefined ? {} : { OsVersion: config.osVersion }),
    Size: image.sizeBytes,
    GraphDriver: { Data: graphData(image), Name: 'overlay2' },
    RootFS: {
      Type: 'layers',
      ...(config.diffIds.length === 0 ? {} : { Layers: config.diffIds }),
    },
    Metadata: { LastTagTime: jsonTime(image.lastTagTimeMs) },
  };
}

/** Without the fields that say nothing, which Go leaves out. */
function runConfig({ config }: StoredImage): ImageInspect['Config'] {
  const entries = Object.entries(config.config).filter(([, value]: [string, unknown]) => {
    if (value === '' || value === null) return false;
    return typeof value !== 'object' || Object.keys(value).length > 0;
  });
  return Object.fromEntries(entries) as ImageInspect['Config'];
}

/** Layers are directories of the machine; an image has nothing that is merged or written to. */
function graphData({ config }: StoredImage): Record<string, string> | null {
  const [top, ...lower] = layerDirs(config.diffIds);
  if (top === undefined) return null;
  return { ...(lower.length === 0 ? {} : { LowerDir: lower.join(':') }), UpperDir: top };
}

/** As Go prints a time again: no zeros at the end of the fraction. */
function goTime(text: string | undefined): string | undefined {
  return text?.replace(/(\.[0-9]*?)0+(?=Z|[+-])/, '$1').replace(/\.(?=Z|[+-])/, '');
}
