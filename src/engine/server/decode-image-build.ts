/** The parameters of `POST /build`, in dockerd's reading. */
import type { BuildCall } from '../../api/build.ts';
import type { HostConfig } from '../../api/container.ts';
import { KindError } from '../../lib/errors.ts';
import { decodeBase64, decodeBase64Text } from '../../lib/base64.ts';
import { isRecord } from '../../lib/json.ts';
import type {
  BuildOutputOption,
  BuildSshAgent,
  ImageBuildOptions,
} from './backend/build-backend.ts';
import type { RegistryAuth } from './backend/image-backend.ts';
import { parseRegistryAuth } from './image-request.ts';
import type { RouteRequest } from './route-request.ts';

/** Of one secret, as BuildKit has it. */
const secretBytesMax = 500 * 1024;
/** As BuildKit reads key files. */
const sshKeyBytesMax = 100 * 1024;
const sshKeysMax = 100;
const calls: readonly BuildCall[] = ['check', 'outline', 'targets'];

type DecodedBuild = Omit<ImageBuildOptions, 'body' | 'onProgress' | 'signal' | 'room'>;

/** Rejects `invalidParameter`. */
export function decodeImageBuild(request: RouteRequest): DecodedBuild {
  const call = calls.find((name) => name === request.text('call'));
  const version = request.text('version');
  if (!['', '1', '2'].includes(version))
    throw new KindError('invalidParameter', `invalid version ${version}`);
  const noCacheFilter = request.text('nocachefilter').split(',').filter(Boolean);
  const mode = request.text('networkmode');
  return {
    version: version === '2' ? 2 : 1,
    remote: remoteOf(request),
    dockerfile: request.text('dockerfile'),
    sourceName: request.text('sourcename'),
    tags: request.texts('t').filter((tag) => tag !== ''),
    target: request.text('target'),
    buildArgs: stringMap(request, 'buildargs', true),
    labels: stringMap(request, 'labels', false) as Record<string, string>,
    noCache: request.flag('nocache') ? true : noCacheFilter,
    cacheFrom: stringList(request, 'cachefrom'),
    cacheTo: stringList(request, 'cacheto'),
    pull: request.flag('pull'),
    removeContainers: request.flag('rm', true),
    removeFailedContainers: request.flag('forcerm'),
    isQuiet: request.flag('q'),
    platform: request.text('platform'),
    hostConfig: hostConfig(request, mode),
    entitlements: entitlementsOf(request),
    namedContexts: stringMap(request, 'namedcontexts', false) as Record<string, string>,
    secrets: secretsOf(request),
    ssh: sshOf(request),
    outputs: outputsOf(request),
    auths: authsOf(request),
    buildId: request.text('buildid'),
    ...(call === undefined ? {} : { call }),
  };
}

/** A client sends its own directory under this name. */
function remoteOf(request: RouteRequest): string {
  const remote = request.text('remote');
  return remote === 'client-session' ? '' : remote;
}

function hostConfig(request: RouteRequest, mode: string): HostConfig {
  const number = (name: string) => request.integer(name) ?? 0;
  const text = request.text('ulimits');
  const ulimits = text === '' ? undefined : (parse(text, 'ulimits') as HostConfig['Ulimits']);
  return {
    ...(mode === '' || mode === 'default' ? {} : { NetworkMode: mode }),
    Memory: number('memory'),
    MemorySwap: number('memswap'),
    CpuShares: number('cpushares'),
    CpuPeriod: number('cpuperiod'),
    CpuQuota: number('cpuquota'),
    CpusetCpus: request.text('cpusetcpus'),
    CpusetMems: request.text('cpusetmems'),
    CgroupParent: request.text('cgroupparent'),
    ...(number('shmsize') > 0 ? { ShmSize: number('shmsize') } : {}),
    ...(ulimits ? { Ulimits: ulimits } : {}),
    ExtraHosts: request.texts('extrahosts').filter((host) => host !== ''),
    ...(request.texts('securityopt').length > 0
      ? { SecurityOpt: stringList(request, 'securityopt') }
      : {}),
  };
}

function stringMap(
  request: RouteRequest,
  name: string,
  allowsNull: boolean,
): Record<string, string | null> {
  const text = request.text(name);
  if (text === '') return {};
  const value = parse(text, name) ?? {};
  const fits = (item: unknown) => typeof item === 'string' || (allowsNull && item === null);
  if (!isRecord(value) || !Object.values(value).every(fits))
    throw new KindError('invalidParameter', `error reading ${name}: not a map of strings`);
  return value as Record<string, string | null>;
}

function stringList(request: RouteRequest, name: string): string[] {
  const text = request.text(name);
  const value = text === '' ? [] : (parse(text, name) ?? []);
  if (!Array.isArray(value))
    throw new KindError('invalidParameter', `error reading ${name}: not a list`);
  return value.map(String);
}

function outputsOf(request: RouteRequest): BuildOutputOption[] {
  const text = request.text('outputs');
  const value = text === '' ? [] : (parse(text, 'outputs') ?? []);
  if (!Array.isArray(value)) throw new KindError('invalidParameter', 'invalid outputs specified');
  return value.map((item: unknown) => {
    const { Type: type, Attrs: attributes } = isRecord(item) ? item : {};
    const entries = isRecord(attributes) ? Object.entries(attributes) : [];
    return {
      type: typeof type === 'string' ? type : '',
      attributes: Object.fromEntries(entries.map(([key, one]) => [key, String(one)])),
    };
  });
}

function entitlementsOf(request: RouteRequest): string[] {
  const names = request.text('allow').split(',').filter(Boolean);
  for (const name of names) {
    if (name === 'security.insecure')
      throw new KindError(
        'forbidden',
        `granting entitlement ${name} is not allowed by build daemon configuration`,
      );
    if (name !== 'network.host')
      throw new KindError('invalidParameter', `unknown entitlement ${name}`);
  }
  return names;
}

/** The entries of a header of base64 of JSON; none when it is absent. */
function headerEntries(request: RouteRequest, name: string): [string, unknown][] {
  const header = request.header(name.toLowerCase());
  if (header === undefined || header === '') return [];
  let value: unknown;
  try {
    value = JSON.parse(decodeBase64Text(header));
  } catch (cause) {
    throw new KindError('invalidParameter', `invalid ${name}`, { cause });
  }
  return isRecord(value) ? Object.entries(value) : [];
}

function sshOf(request: RouteRequest): ReadonlyMap<string, BuildSshAgent> {
  return new Map(
    headerEntries(request, 'X-Build-Ssh').map(([id, value]): [string, BuildSshAgent] => {
      const { socket, keys } = isRecord(value) ? value : {};
      if (typeof socket === 'string' && socket.startsWith('/')) return [id, { socket }];
      if (Array.isArray(keys) && keys.length > 0 && keys.length <= sshKeysMax)
        return [
          id,
          { keys: keys.map((key) => decodeBase64(String(key)).subarray(0, sshKeyBytesMax)) },
        ];
      throw new KindError('invalidParameter', 'invalid X-Build-Ssh');
    }),
  );
}

function secretsOf(request: RouteRequest): ReadonlyMap<string, Uint8Array> {
  return new Map(
    headerEntries(request, 'X-Build-Secrets').map(([id, text]) => {
      const bytes = decodeBase64(String(text));
      if (bytes.length > secretBytesMax)
        throw new KindError('invalidParameter', `invalid secret size: ${bytes.length}`);
      return [id, bytes];
    }),
  );
}

/** `X-Registry-Config`: base64url of JSON, registry to credentials; unreadable is as good as absent. */
function authsOf(request: RouteRequest): ReadonlyMap<string, RegistryAuth> {
  try {
    const header = (request.header('x-registry-config') ?? '')
      .replaceAll('-', '+')
      .replaceAll('_', '/');
    const value: unknown = header === '' ? {} : JSON.parse(decodeBase64Text(header));
    const entries = isRecord(value) ? Object.entries(value) : [];
    return new Map(
      entries.flatMap(([registry, auth]) => {
        const { auth: read } = parseRegistryAuth(isRecord(auth) ? auth : {});
        const isHub = registry === 'https://index.docker.io/v1/';
        return read === undefined ? [] : [[isHub ? 'docker.io' : registry, read] as const];
      }),
    );
  } catch {
    return new Map();
  }
}

function parse(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new KindError('invalidParameter', `error reading ${name}`, { cause });
  }
}
