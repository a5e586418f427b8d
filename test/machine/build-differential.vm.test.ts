/**
 * The corpus of Dockerfiles, built by our engine on the booted machine: the same files, the same configuration and the
 * same refusals as the peers whose answers are recorded in test/golden/build/.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BuildCase, readCases } from '../build-corpus/case.ts';
import { readResult } from '../build-corpus/golden.ts';
import { type Tree, treeOf } from '../build-corpus/image-tree.ts';
import { pending } from '../build-corpus/pending.ts';
import { type BuildResult, build } from '../build-corpus/result.ts';
import { createFixtures } from '../oracle/fixtures.ts';
import { type OurEngine, startOurEngine } from '../oracle/our-engine.ts';

const cases = await readCases();

let engine: OurEngine;
let base: Tree;

beforeAll(async () => {
  const fixtures = await createFixtures();
  base = treeOf(fixtures.images[0]?.layers ?? []);
  engine = await startOurEngine(fixtures);
});

afterAll(async () => {
  await engine.dispose();
});

describe('docker build', () => {
  const compare = async (one: BuildCase): Promise<void> => {
    const { history, ...expected } = await readResult(one.name);
    const { history: ourHistory, ...ours } = await build(engine.transport, one, { base });
    expect(ours).toEqual(withNewerWords(expected, one.error));
    // An equivalent Dockerfile has other steps.
    if (one.peer !== 'buildkit') expect(ourHistory).toEqual(history);
  };

  test('every pending case is in the corpus', () => {
    const names = cases.map(({ name }) => name);
    expect(Object.keys(pending).filter((name) => !names.includes(name))).toEqual([]);
  });

  test.each(cases.filter(({ name }) => !Object.hasOwn(pending, name)))('$name: $title', compare);

  // The assertion must fail: a case that is equal now has to leave the list.
  test.fails.each(cases.filter(({ name }) => Object.hasOwn(pending, name)))(
    '$name, not yet',
    compare,
  );
});

/** Docker 28's words for an error, where they are others than 20.10's. */
function withNewerWords(result: BuildResult, message: string | undefined): BuildResult {
  const { error } = result;
  return error === undefined || message === undefined
    ? result
    : { ...result, error: { ...error, message } };
}
