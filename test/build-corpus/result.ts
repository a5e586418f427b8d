/** What a build came to, in the form of the golden files, and how it is asked for. */
import type { Transport } from '../oracle/transport.ts';
import { type BuildCase, contextOf } from './case.ts';
import {
  type SavedImage,
  type Tree,
  type TreeEntry,
  changesFrom,
  readSaved,
  treeOf,
} from './image-tree.ts';

export interface BuildResult {
  /** Absent when the build succeeded. */
  readonly error?: BuildFailure;
  readonly config?: Readonly<Record<string, unknown>>;
  /** History entries from the base on: whether each has a layer. */
  readonly history?: readonly ('layer' | 'empty')[];
  /** Against the base image. */
  readonly changes?: Readonly<Record<string, TreeEntry | null>>;
}

export interface BuildFailure {
  /** 200 when the build had begun. */
  readonly status: number;
  readonly message: string;
}

/** Fields of `config` that are not compared, and why. */
export const uncomparedFields: Readonly<Record<string, string>> = {
  Image: 'the ID of the step before, which only the classic builder writes',
  Hostname: 'of the container that was committed',
  ArgsEscaped:
    'means something on Windows only; BuildKit sets it everywhere, the classic builder nowhere',
};

/** `base`: the files of the image that the case stands on. */
export async function build(
  transport: Transport,
  one: BuildCase,
  { base, forPeer = false }: { base: Tree; forPeer?: boolean },
): Promise<BuildResult> {
  const name = `corpus-${one.name}`;
  const pairs = (lines: readonly string[]) =>
    JSON.stringify(Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2))));
  const query = new URLSearchParams({
    t: name,
    dockerfile: one.dockerfile,
    platform: 'linux/386',
    buildargs: pairs(one.args),
    labels: pairs(one.labels),
    // What the classic builder does not know is asked of the other one.
    ...(!forPeer && one.peer !== 'dockerd' ? { version: '2' } : {}),
    ...(one.target === '' || (forPeer && one.peer === 'buildkit') ? {} : { target: one.target }),
  });
  const answer = await transport({
    method: 'POST',
    path: `/build?${query}`,
    headers: { 'content-type': 'application/x-tar' },
    body: contextOf(one, { forPeer }),
  });
  const text = new TextDecoder().decode(answer.body);
  if (answer.status !== 200)
    return { error: { status: answer.status, message: messageOf(text) ?? text } };
  const failure = text
    .split('\n')
    .map(errorOf)
    .find((message) => message !== undefined);
  if (failure !== undefined) return { error: { status: 200, message: failure } };
  const saved = await transport({ method: 'GET', path: `/images/${name}/get`, headers: {} });
  if (saved.status !== 200) throw new Error(new TextDecoder().decode(saved.body));
  return resultOf(readSaved(saved.body), base);
}

export function resultOf(image: SavedImage, base: Tree): BuildResult {
  const history = (image.config['history'] ?? []) as readonly { empty_layer?: boolean }[];
  return {
    config: comparableConfig((image.config['config'] ?? {}) as Record<string, unknown>),
    history: history.map(({ empty_layer: empty }) => (empty === true ? 'empty' : 'layer')),
    changes: changesFrom(base, treeOf(image.layers)),
  };
}

/** Without what is not compared, and without fields that say nothing; names sorted. */
function comparableConfig(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const says = (value: unknown) =>
    Boolean(value) && (typeof value !== 'object' || Object.keys(value as object).length > 0);
  return Object.fromEntries(
    Object.entries(config)
      .filter(([name, value]) => says(value) && uncomparedFields[name] === undefined)
      .map(([name, value]) => [name, withoutBase(name, value)])
      .filter(([, value]) => says(value))
      .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
  );
}

/** Labels that the base image or buildah brought are no news. */
function withoutBase(name: string, value: unknown): unknown {
  if (name !== 'Labels') return value;
  return Object.fromEntries(
    Object.entries(value as Record<string, string>)
      .filter(([key]) => !/^(org\.opencontainers|bottleship|io\.buildah)\./.test(key))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function messageOf(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { message?: string }).message;
  } catch {
    return undefined;
  }
}

function errorOf(line: string): string | undefined {
  if (line.trim() === '') return undefined;
  return (JSON.parse(line) as { error?: string }).error;
}
