/** Where a repository is asked for, in which order: the mirrors first, then the registry itself. */
import type { Reference } from '../image/reference.ts';

export interface Credentials {
  readonly username: string;
  readonly password: string;
  /** Stands for the password at token servers, as a login gave it. */
  readonly identityToken?: string;
}

export interface RegistryEndpoint {
  /** The URL in front of `<repository>/manifests/<reference>`; ends with a slash. */
  readonly baseUrl: string;
  /** A mirror that fails, for whatever reason, is passed over. */
  readonly isMirror: boolean;
  readonly credentials?: Credentials;
}

/** Given a reference, the endpoints to ask, in order; none means nobody answers for its registry. */
export type EndpointResolver = (reference: Reference) => readonly RegistryEndpoint[];

/** The host that a registry's API is at: Docker Hub's is not its name. */
export function registryHost(reference: Reference): string {
  return reference.domain === 'docker.io' ? 'registry-1.docker.io' : reference.domain;
}

/**
 * A mirror of Docker Hub's official images: the bundled library, static files below `<baseUrl>v2/library/`.
 * `baseUrl` ends with a slash.
 */
export function libraryMirror(baseUrl: string): EndpointResolver {
  return ({ domain, path }) =>
    domain === 'docker.io' && path.startsWith('library/')
      ? [{ baseUrl: `${baseUrl}v2/`, isMirror: true }]
      : [];
}

/** The registry proxy at `origin`, which speaks to the registry in the caller's place. */
export function proxyEndpoint(origin: string): EndpointResolver {
  return (reference) => [{ baseUrl: `${origin}/v2/${registryHost(reference)}/`, isMirror: false }];
}

/** A mirror of Docker Hub; `baseUrl` without a slash at its end. */
export function hubMirror(baseUrl: string): EndpointResolver {
  return ({ domain }) =>
    domain === 'docker.io' ? [{ baseUrl: `${baseUrl}/v2/`, isMirror: true }] : [];
}

/** Whether a registry is spoken to over HTTP: those on loopback, as in Docker, and those that were named. */
export function isInsecureRegistry(host: string, named: readonly string[] = []): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(host) || named.includes(host);
}

/** The registry itself, for Node; Docker's rule: loopback registries speak HTTP, all others HTTPS. */
export function directEndpoint(
  options: {
    readonly credentialsOf?: (host: string) => Credentials | undefined;
    readonly insecureRegistries?: readonly string[];
  } = {},
): EndpointResolver {
  return (reference) => {
    const host = registryHost(reference);
    const isInsecure = isInsecureRegistry(host, options.insecureRegistries);
    const credentials = options.credentialsOf?.(host);
    return [
      {
        baseUrl: `${isInsecure ? 'http' : 'https'}://${host}/v2/`,
        isMirror: false,
        ...(credentials === undefined ? {} : { credentials }),
      },
    ];
  };
}

/** All endpoints of all resolvers, in order. */
export function inOrder(...resolvers: readonly EndpointResolver[]): EndpointResolver {
  return (reference) => resolvers.flatMap((resolve) => resolve(reference));
}
