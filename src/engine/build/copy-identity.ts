/**
 * What a COPY or ADD comes to, as one sum. It follows from the step, the layers below it and those it copies from, so
 * that of files that have not changed since the last build nothing is looked at again.
 */
import type { CopyStep } from '../../build/step/build-step.ts';
import { isHttpSource } from '../../build/step/copy-step.ts';
import { isGitSource } from '../../build/step/git-reference.ts';
import { cacheKey, type CopySum } from './build-cache.ts';
import type { BuildSession, StageResult } from './build-session.ts';
import type { MountSource } from './run-mounts.ts';
import { openSource } from './build-sources.ts';
import { copyEntries } from './do-copy.ts';
import type { LayerEntries } from './layer-entries.ts';

export interface CopyIdentity extends CopySum {
  /** Made now, where only the sum was known. */
  readonly entries: () => Promise<LayerEntries>;
}

export async function copyIdentity(
  session: BuildSession,
  before: StageResult,
  step: CopyStep,
): Promise<CopyIdentity> {
  const { copySums } = session.daemon.buildCache;
  const key = await inputsKey(session, before, step);
  const known = key === undefined ? undefined : copySums.get(key);
  if (known !== undefined)
    return { ...known, entries: async () => (await copyEntries(session, before, step)).entries };
  const { entries, sourceKind } = await copyEntries(session, before, step);
  const sum = await entries.checksum(session.digests);
  if (key !== undefined) copySums.set(key, { sum, sourceKind });
  return { sum, sourceKind, entries: async () => entries };
}

/** Undefined where something is fetched, which may be another thing each time, or cannot be had. */
async function inputsKey(
  session: BuildSession,
  { diffIds }: StageResult,
  step: CopyStep,
): Promise<string | undefined> {
  const isFetched = (source: string) => isHttpSource(source) || isGitSource(source);
  if (step.name === 'ADD' && step.sources.some(isFetched)) return undefined;
  const { version, dockerfile } = session.options;
  const { name, sources, files, destination, chown, chmod, link, parents, excludes, unpack } = step;
  let source: MountSource;
  try {
    source = await openSource(session, step.from);
  } catch {
    return undefined; // the copy itself tells
  }
  return cacheKey([
    // Of the context, the Dockerfile may be hidden.
    [version, dockerfile, step.from.kind, source.diffIds, source.base, diffIds],
    [name, sources, files, destination, chown, chmod, link, parents, excludes, unpack],
  ]);
}
