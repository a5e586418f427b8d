/** How an image's description looked in earlier versions of the API. */
import type { ImageInspect } from '../../api/image.ts';
import type { RouteRequest } from './route-request.ts';

/** Fields of `Config` that are there even when they are not set. */
const currentConfig = {
  Cmd: null,
  Entrypoint: null,
  Env: null,
  Labels: null,
  OnBuild: null,
  User: '',
  Volumes: null,
  WorkingDir: '',
};

/** Before API 1.50 an image's configuration had the form of a container's. */
const configBefore150 = {
  ...currentConfig,
  AttachStderr: false,
  AttachStdin: false,
  AttachStdout: false,
  Domainname: '',
  Hostname: '',
  Image: '',
  OpenStdin: false,
  StdinOnce: false,
  Tty: false,
};

export function legacyInspect(image: ImageInspect, request: RouteRequest): ImageInspect {
  const { Container, ContainerConfig, ...rest } = image;
  const hasContainer = !request.versionAtLeast('1.45');
  const defaults = request.versionAtLeast('1.50') ? currentConfig : configBefore150;
  return {
    ...rest,
    ...(hasContainer && Container !== undefined ? { Container } : {}),
    ...(hasContainer ? { ContainerConfig: { ...configBefore150, ...ContainerConfig } } : {}),
    Config: { ...defaults, ...image.Config },
    ...(request.versionAtLeast('1.44')
      ? {}
      : { VirtualSize: image.Size, Created: image.Created ?? '0001-01-01T00:00:00Z' }),
  };
}
