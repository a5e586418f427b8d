/** What the user left out of a container's configuration, the image gives: dockerd's rules, field by field. */
import type { ContainerConfig, HealthConfig } from '../../api/container.ts';
import type { ImageHealthcheck, ImageRunConfig } from '../../image/image-config.ts';
import { mergeImageEnv } from './environment.ts';
import { cleanPath } from './mount-point.ts';

/** `hostname` is for a container that names none. The result shows in inspect as it is. */
export function mergeConfig(
  user: ContainerConfig,
  image: ImageRunConfig,
  options: { readonly hostname: string },
): ContainerConfig {
  const exposed = { ...user.ExposedPorts, ...emptyObjects(image.ExposedPorts) };
  const volumes = { ...user.Volumes, ...emptyObjects(image.Volumes) };
  const stopSignal = user.StopSignal || image.StopSignal;
  const env = mergeImageEnv(user.Env ?? [], image.Env ?? []);
  const directory = user.WorkingDir || (image.WorkingDir ?? '');
  const { ExposedPorts: _ports, Healthcheck: _health, Shell: _shell, ...rest } = user;
  return {
    ...rest,
    Hostname: user.Hostname || options.hostname,
    Domainname: user.Domainname ?? '',
    User: user.User || (image.User ?? ''),
    AttachStdin: user.AttachStdin ?? false,
    AttachStdout: user.AttachStdout ?? false,
    AttachStderr: user.AttachStderr ?? false,
    ...(Object.keys(exposed).length === 0 ? {} : { ExposedPorts: exposed }),
    Tty: user.Tty ?? false,
    OpenStdin: user.OpenStdin ?? false,
    StdinOnce: user.StdinOnce ?? false,
    Env: env.length === 0 ? null : env,
    ...mergeEntrypoint(user, image),
    ...mergeHealth(user.Healthcheck ?? undefined, image.Healthcheck),
    Image: user.Image ?? '',
    Volumes: Object.keys(volumes).length === 0 ? null : volumes,
    WorkingDir: directory === '' ? '' : cleanPath(directory),
    OnBuild: user.OnBuild ?? null,
    Labels: { ...image.Labels, ...user.Labels },
    ...(stopSignal ? { StopSignal: stopSignal } : {}),
    ...(user.Shell ? { Shell: user.Shell } : {}),
  };
}

/** A given entrypoint does away with the image's command too; `[""]` with the image's entrypoint only. */
function mergeEntrypoint(
  user: ContainerConfig,
  image: ImageRunConfig,
): Pick<ContainerConfig, 'Entrypoint' | 'Cmd'> {
  const given = user.Entrypoint ?? undefined;
  if (given !== undefined && given.length > 0) {
    const cleared = given.length === 1 && given[0] === '';
    return { Entrypoint: cleared ? null : given, Cmd: user.Cmd ?? null };
  }
  const command = (user.Cmd ?? []).length > 0 ? user.Cmd : image.Cmd;
  const entrypoint = given ?? image.Entrypoint ?? null;
  const cleared = entrypoint?.length === 1 && entrypoint[0] === '';
  return { Entrypoint: cleared ? null : entrypoint, Cmd: command ?? null };
}

/** Without a command of its own a healthcheck only changes the image's numbers. */
function mergeHealth(
  user: HealthConfig | undefined,
  image: ImageHealthcheck | undefined,
): Pick<ContainerConfig, 'Healthcheck'> {
  if (user === undefined) return image === undefined ? {} : { Healthcheck: image };
  if (image === undefined) return { Healthcheck: user };
  const number = (name: 'Interval' | 'Timeout' | 'StartPeriod' | 'StartInterval' | 'Retries') => {
    const value = user[name] || image[name];
    return value ? { [name]: value } : {};
  };
  const test = (user.Test ?? []).length > 0 ? user.Test : image.Test;
  return {
    Healthcheck: {
      ...(test === undefined ? {} : { Test: test }),
      ...number('Interval'),
      ...number('Timeout'),
      ...number('StartPeriod'),
      ...number('StartInterval'),
      ...number('Retries'),
    },
  };
}

function emptyObjects(
  set: Readonly<Record<string, object>> | undefined,
): Record<string, Record<string, never>> {
  return Object.fromEntries(Object.keys(set ?? {}).map((name) => [name, {}]));
}
