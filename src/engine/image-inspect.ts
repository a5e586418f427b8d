/** `GET /images/{name}/json`. */
import type { ImageInspect } from '../api/image.ts';
import type { Daemon } from './daemon.ts';
import { layerDirs } from './spec/root-plan.ts';
import { jsonTime } from './timestamps.ts';

export async function imageInspect(daemon: Daemon, name: string): Promise<ImageInspect> {
  const image = await daemon.images.resolve(name);
  const { config, id } = image;
  return {
    Id: id,
    RepoTags: image.repoTags,
    RepoDigests: image.repoDigests,
    Parent: '',
    Comment: config.history.at(-1)?.comment ?? '',
    ...(config.created === undefined ? {} : { Created: config.created }),
    DockerVersion: '',
    Author: config.author ?? '',
    Config: config.config as ImageInspect['Config'],
    Architecture: config.platform.architecture,
    ...(config.platform.variant === undefined ? {} : { Variant: config.platform.variant }),
    Os: config.platform.os,
    Size: image.sizeBytes,
    GraphDriver: {
      Data: { LowerDir: layerDirs(config.diffIds).join(':') },
      Name: 'overlay2',
    },
    RootFS: { Type: 'layers', Layers: config.diffIds },
    Metadata: { LastTagTime: jsonTime(image.lastTagTimeMs) },
  };
}
