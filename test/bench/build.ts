/** Builds: ten steps, cold and cached, a context of many files and a large one, beside native buildah. */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { BuildStatus } from '../../src/api/build.ts';
import { ApiClient } from '../../src/client/api-client.ts';
import { imageBuild } from '../../src/client/build.ts';
import { type TestHost, startTestHost } from '../support/host.ts';
import { checksumMs, startBuildahPeer } from './peers/buildah.ts';
import type { Report } from './report.ts';
import { repeatMs, timeMs } from './stats.ts';

const fileCount = 5000;
const largeBytes = 100 * 1000 * 1000;
/** Nobody waits longer for a build in which all is cached. */
const cachedMsMax = 1000;

const tenSteps = [
  'FROM busybox',
  ...['one', 'two', 'three', 'four'].map((word) => `RUN echo ${word} > /${word}`),
  'COPY file /file',
  'WORKDIR /work',
  'RUN mkdir made && date > made/date',
  'ENV a=b',
  'RUN cp /file copied',
  'CMD ["cat", "/file"]',
];
const copyAll = ['FROM busybox', 'COPY . /context/'];

export async function benchBuilds(report: Report, { runs }: { runs: number }): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bottleship-bench-'));
  const buildah = await startBuildahPeer();
  const host = await startTestHost();
  try {
    await host.run('docker pull -q busybox');
    const steps = await context(folder, 'steps', { lines: tenSteps, files: { file: 'content\n' } });
    report.add('native buildah: ten steps, cold', await series(runs, () => buildah.build(steps, { noCache: true })));
    report.add('docker build of ten steps, cold', await repeatMs(runs, () => build(host, steps, { nocache: true })), {
      comparedWith: 'native buildah: ten steps, cold',
    });
    await build(host, steps);
    await buildah.build(steps);
    report.add('native buildah: ten steps, cached', await series(runs, () => buildah.build(steps)));
    report.add('docker build of ten steps, cached', await repeatMs(runs, () => build(host, steps)), {
      comparedWith: 'native buildah: ten steps, cached',
      ratioMax: 2,
    });
    const many = await context(folder, 'many', { lines: copyAll, files: manyFiles() });
    const large = await context(folder, 'large', {
      lines: copyAll,
      files: { large: randomBytes(largeBytes) },
    });
    const contexts = [
      { name: `${fileCount} files`, path: many, target: { ratioMax: 2 } },
      { name: '100 MB', path: large, target: {} },
    ];
    for (const { name, path, target } of contexts) {
      const native = `native tar | sha256sum of ${name}`;
      report.add(native, await series(runs, () => checksumMs(path)));
      report.add(`context of ${name}, first build`, [await timeMs(() => build(host, path))]);
      const phases: number[] = [];
      const whole = await repeatMs(runs, async () => phases.push(await build(host, path)));
      report.add(`context of ${name}, sent and checked`, phases, { comparedWith: native, ...target });
      report.add(`cached build with a context of ${name}`, whole, { comparedWith: native });
    }
    await benchCompiler(report, { host, folder, runs });
  } finally {
    await host.dispose();
    await buildah.dispose();
    await rm(folder, { recursive: true, force: true });
  }
} // prettier-ignore

/** A stage that compiles and one that holds the program alone. */
async function benchCompiler(
  report: Report,
  { host, folder, runs }: { host: TestHost; folder: string; runs: number },
): Promise<void> {
  const lines = [
    'FROM tcc AS build',
    'COPY hello.c /',
    'RUN tcc -static -o /hello /hello.c',
    'FROM scratch',
    'COPY --from=build /hello /',
    'CMD ["/hello"]',
  ];
  const files = { 'hello.c': '#include <stdio.h>\nint main(void) { puts("Hello"); }\n' };
  const path = await context(folder, 'compiled', { lines, files });
  await build(host, path);
  report.add('multi-stage C program, all cached', await repeatMs(runs, () => build(host, path)), {
    valueMax: cachedMsMax,
  });
}

async function series(count: number, measure: () => Promise<number>): Promise<number[]> {
  const values: number[] = [];
  for (let index = 0; index < count; index += 1) values.push(await measure());
  return values;
}

/**
 * Sends a tar of the folder as `tar` makes it, and rejects when the build fails. Resolves with the milliseconds of the
 * context: from the first byte until all of it is there, and what COPY takes to find whether it has changed.
 */
async function build(
  { host }: TestHost,
  folder: string,
  query: { readonly nocache?: boolean } = {},
): Promise<number> {
  const tar = spawn('tar', ['-C', folder, '-c', '.'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const body = Readable.toWeb(tar.stdout) as ReadableStream<Uint8Array>;
  const client = new ApiClient(host.api);
  const messages = await imageBuild(client, { query: { t: 'bench', version: 2, ...query }, body });
  const began = new Map<string, number>();
  let contextMs = 0;
  for await (const { error, aux } of messages) {
    if (error !== undefined) throw new Error(error);
    for (const { digest, name, completed } of (aux as BuildStatus | undefined)?.vertexes ?? []) {
      const start = began.get(digest);
      if (start === undefined) began.set(digest, performance.now());
      else if (completed && isOfContext(name)) contextMs += performance.now() - start;
    }
  }
  return contextMs;
}

function isOfContext(vertex: string): boolean {
  return vertex === '[internal] load build context' || vertex.includes('] COPY ');
}

interface ContextParts {
  readonly lines: readonly string[];
  readonly files: Readonly<Record<string, string | Uint8Array>>;
}

async function context(
  folder: string,
  name: string,
  { lines, files }: ContextParts,
): Promise<string> {
  const path = join(folder, name);
  for (const [file, content] of Object.entries({ ...files, Dockerfile: `${lines.join('\n')}\n` })) {
    const place = join(path, file);
    await mkdir(dirname(place), { recursive: true });
    await writeFile(place, content);
  }
  return path;
}

function manyFiles(): Record<string, string> {
  const names = Array.from({ length: fileCount }, (_, index) => `d${index % 50}/file-${index}`);
  return Object.fromEntries(names.map((name, index) => [name, `${index}\n`.repeat(100)]));
}
