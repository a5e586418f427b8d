/**
 * A case of the corpus: a Dockerfile, its context and how to build it, in one text file that is read without code.
 * The first line is the title, then come `key: value` lines, then files: `-- path [attribute…] --` and their content.
 * Attributes: `mode=755` (644 when absent), `link=target` for a symbolic link, `base64` for content that is no text.
 */
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { tarArchive } from '../../src/image/tar-writer.ts';

/**
 * Who says what is right. `buildkit`: no peer at hand knows the feature, so dockerd builds `Dockerfile.equivalent`,
 * which says the same in older words.
 */
export type Peer = 'dockerd' | 'buildah' | 'buildkit';

export interface BuildCase {
  readonly name: string;
  readonly title: string;
  readonly peer: Peer;
  /** Name of the Dockerfile within the context. */
  readonly dockerfile: string;
  readonly target: string;
  /** `NAME=value`. */
  readonly args: readonly string[];
  readonly labels: readonly string[];
  /** Our answer where Docker 28 words an error otherwise than 20.10, which was asked. */
  readonly error: string | undefined;
  readonly files: readonly CaseFile[];
}

export interface CaseFile {
  readonly path: string;
  readonly mode: number;
  readonly linkTarget: string | undefined;
  readonly content: Uint8Array;
}

export const equivalentName = 'Dockerfile.equivalent';

/** Of everything in a context. */
const mtimeSeconds = 1_700_000_000;

const folder = fileURLToPath(new URL('cases/', import.meta.url));

/** All cases in the order of their names. */
export async function readCases(): Promise<BuildCase[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.txt')).sort();
  return Promise.all(
    names.map(async (name) =>
      parseCase(name.replace(/\.txt$/, ''), await readFile(`${folder}${name}`, 'utf8')),
    ),
  );
}

export function parseCase(name: string, text: string): BuildCase {
  const [head = '', ...parts] = text.split(/^-- (.+) --\n/m);
  const [title = '', ...lines] = head.trim().split('\n');
  const options = lines.map((line) => /^([a-z]+): (.*)$/.exec(line) ?? fail(name, line));
  const all = (key: string) =>
    options.filter(([, it]) => it === key).map(([, , value = '']) => value);
  const files: CaseFile[] = [];
  for (let index = 0; index < parts.length; index += 2)
    files.push(parseFile(parts[index] ?? '', parts[index + 1] ?? ''));
  return {
    name,
    title,
    peer: (all('peer')[0] ?? 'dockerd') as Peer,
    dockerfile: all('file')[0] ?? 'Dockerfile',
    target: all('target')[0] ?? '',
    args: all('arg'),
    labels: all('label'),
    error: all('error')[0],
    files,
  };
}

function parseFile(head: string, text: string): CaseFile {
  const attribute = (name: string) => new RegExp(` ${name}=(\\S+)`).exec(head)?.[1];
  const encoded = head.endsWith(' base64');
  return {
    path: head.replace(/ (mode=|link=|base64$).*$/, ''),
    mode: Number.parseInt(attribute('mode') ?? '644', 8),
    linkTarget: attribute('link'),
    content: encoded ? Buffer.from(text, 'base64') : new TextEncoder().encode(text),
  };
}

function fail(name: string, line: string): never {
  throw new Error(`Cannot read case "${name}": "${line}" is no option`);
}

/** The context as a tar, as a client sends it; `forPeer` leaves out or puts in place the equivalent Dockerfile. */
export function contextOf(one: BuildCase, { forPeer = false } = {}): Uint8Array<ArrayBuffer> {
  const entries = filesOf(one, { forPeer }).map(({ path, mode, linkTarget, content }) =>
    linkTarget === undefined
      ? {
          name: path,
          type: 'file' as const,
          mode,
          mtimeSeconds,
          sizeBytes: content.length,
          data: content,
        }
      : { name: path, type: 'symlink' as const, mode: 0o777, mtimeSeconds, linkName: linkTarget },
  );
  const directories = new Set<string>();
  for (const { name } of entries)
    for (let at = name.indexOf('/'); at !== -1; at = name.indexOf('/', at + 1))
      directories.add(name.slice(0, at + 1));
  return Uint8Array.from(
    tarArchive([
      ...[...directories].map((name) => ({
        name,
        type: 'dir' as const,
        mode: 0o755,
        mtimeSeconds,
      })),
      ...entries,
    ]),
  );
}

/** The files of a context, for a peer or for us. */
export function filesOf(one: BuildCase, { forPeer = false } = {}): CaseFile[] {
  const equivalent = one.files.find(({ path }) => path === equivalentName);
  return one.files
    .filter(({ path }) => path !== equivalentName)
    .map((file) =>
      forPeer && equivalent !== undefined && file.path === 'Dockerfile'
        ? { ...equivalent, path: 'Dockerfile' }
        : file,
    );
}
