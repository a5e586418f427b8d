/**
 * The config of an image: what a container of it starts with, and the diffIDs of its layers. It comes from
 * strangers, so every field that is used is checked; unknown ones are left in the stored bytes and not used.
 */
import { KindError } from '../lib/errors.ts';
import { isDigest, type Digest } from './digest.ts';
import type { Platform } from './platform.ts';

/** Far above any real config, far below what would hurt. */
export const configSizeBytesMax = 4 * 1024 * 1024;

export interface ImageHealthcheck {
  readonly Test?: readonly string[];
  /** Nanoseconds, as all of these. */
  readonly Interval?: number;
  readonly Timeout?: number;
  readonly StartPeriod?: number;
  readonly StartInterval?: number;
  readonly Retries?: number;
}

/** The `config` object, with the specification's own names. */
export interface ImageRunConfig {
  readonly User?: string;
  readonly ExposedPorts?: Readonly<Record<string, object>>;
  readonly Env?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Volumes?: Readonly<Record<string, object>>;
  readonly WorkingDir?: string;
  readonly Labels?: Readonly<Record<string, string>>;
  readonly StopSignal?: string;
  readonly Shell?: readonly string[];
  readonly OnBuild?: readonly string[];
  readonly Healthcheck?: ImageHealthcheck;
}

export interface ImageHistory {
  readonly created?: string;
  readonly createdBy?: string;
  readonly author?: string;
  readonly comment?: string;
  readonly emptyLayer: boolean;
}

export interface ImageConfig {
  readonly platform: Platform;
  /** RFC 3339, as written. */
  readonly created?: string;
  readonly author?: string;
  readonly comment?: string;
  /** The version of the engine that made it. */
  readonly dockerVersion?: string;
  /** The container it was committed from, and that one's configuration; only Docker's own images have them. */
  readonly container?: string;
  readonly containerConfig?: Readonly<Record<string, unknown>>;
  readonly osVersion?: string;
  readonly config: ImageRunConfig;
  /** Bottom first. */
  readonly diffIds: readonly Digest[];
  readonly history: readonly ImageHistory[];
}

type Json = Readonly<Record<string, unknown>>;

/** Rejects `invalidParameter` for whatever is not an image config. */
export function parseImageConfig(bytes: Uint8Array): ImageConfig {
  if (bytes.length > configSizeBytesMax) throw invalid('image config is too large');
  const body = parseObject(bytes);
  const history = body['history'] ?? [];
  if (!Array.isArray(history)) throw malformed('history');
  return {
    platform: platformOf(body),
    ...defined({
      created: text(body, 'created'),
      author: text(body, 'author'),
      comment: text(body, 'comment'),
      dockerVersion: text(body, 'docker_version'),
      container: text(body, 'container'),
      containerConfig: object(body, 'container_config'),
      osVersion: text(body, 'os.version'),
    }),
    config: parseRunConfig(object(body, 'config') ?? {}),
    diffIds: parseDiffIds(body),
    history: history.map(parseHistory),
  };
}

function platformOf(body: Json): Platform {
  const variant = text(body, 'variant');
  return {
    os: text(body, 'os') || 'linux',
    architecture: text(body, 'architecture') ?? '',
    ...(variant ? { variant } : {}),
  };
}

function parseDiffIds(body: Json): Digest[] {
  const rootfs = object(body, 'rootfs');
  if (rootfs === undefined) throw invalid('invalid rootfs in image configuration');
  return (strings(rootfs, 'diff_ids') ?? []).map((diffId) => {
    if (!isDigest(diffId)) throw invalid('invalid rootfs in image configuration');
    return diffId;
  });
}

function parseRunConfig(config: Json): ImageRunConfig {
  const healthcheck = object(config, 'Healthcheck');
  return defined({
    User: text(config, 'User'),
    ExposedPorts: set(config, 'ExposedPorts'),
    Env: strings(config, 'Env'),
    Entrypoint: strings(config, 'Entrypoint'),
    Cmd: strings(config, 'Cmd'),
    Volumes: set(config, 'Volumes'),
    WorkingDir: text(config, 'WorkingDir'),
    Labels: labels(config),
    StopSignal: text(config, 'StopSignal'),
    Shell: strings(config, 'Shell'),
    OnBuild: strings(config, 'OnBuild'),
    Healthcheck: healthcheck === undefined ? undefined : parseHealthcheck(healthcheck),
  });
}

function parseHealthcheck(value: Json): ImageHealthcheck {
  return defined({
    Test: strings(value, 'Test'),
    Interval: integer(value, 'Interval'),
    Timeout: integer(value, 'Timeout'),
    StartPeriod: integer(value, 'StartPeriod'),
    StartInterval: integer(value, 'StartInterval'),
    Retries: integer(value, 'Retries'),
  });
}

function parseHistory(entry: unknown): ImageHistory {
  if (!isObject(entry)) throw malformed('history');
  return {
    ...defined({
      created: text(entry, 'created'),
      createdBy: text(entry, 'created_by'),
      author: text(entry, 'author'),
      comment: text(entry, 'comment'),
    }),
    emptyLayer: entry['empty_layer'] === true,
  };
}

/** What remains of `T` when the keys that may be undefined become keys that may be absent. */
type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function defined<T extends object>(fields: T): Defined<T> {
  const out: Defined<T> = {};
  for (const key in fields) {
    const value = fields[key];
    if (value !== undefined) out[key] = value as Exclude<T[typeof key], undefined>;
  }
  return out;
}

function text(from: Json, key: string): string | undefined {
  const value = from[key] ?? undefined;
  if (value !== undefined && typeof value !== 'string') throw malformed(key);
  return value;
}

function integer(from: Json, key: string): number | undefined {
  const value = from[key] ?? undefined;
  if (value !== undefined && (typeof value !== 'number' || !Number.isInteger(value))) {
    throw malformed(key);
  }
  return value;
}

function strings(from: Json, key: string): string[] | undefined {
  const value = from[key] ?? undefined;
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw malformed(key);
  return value.map((item: unknown) => {
    if (typeof item !== 'string') throw malformed(key);
    return item;
  });
}

function object(from: Json, key: string): Json | undefined {
  const value = from[key] ?? undefined;
  if (value === undefined) return undefined;
  if (!isObject(value)) throw malformed(key);
  return value;
}

/** Go writes a set as an object of empty objects. */
function set(from: Json, key: string): Record<string, object> | undefined {
  const value = object(from, key);
  return value && Object.fromEntries(Object.keys(value).map((name) => [name, {}]));
}

function labels(from: Json): Record<string, string> | undefined {
  const value = object(from, 'Labels');
  if (value === undefined) return undefined;
  return Object.fromEntries(Object.keys(value).map((name) => [name, text(value, name) ?? '']));
}

function parseObject(bytes: Uint8Array): Json {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new KindError('invalidParameter', 'image config is not valid JSON', { cause });
  }
  if (!isObject(value)) throw invalid('image config is not a JSON object');
  return value;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function malformed(key: string): KindError {
  return invalid(`image config has a malformed ${JSON.stringify(key)}`);
}

function invalid(message: string): KindError {
  return new KindError('invalidParameter', message);
}
