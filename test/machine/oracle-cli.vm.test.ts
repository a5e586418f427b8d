/** The machine's `docker` says and does what docker 28.2.2 said and did beside a dockerd. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { playCliLine, readCliGolden, readCliTopics } from '../oracle/cli.ts';
import { createFixtures } from '../oracle/fixtures.ts';
import { type OurEngine, startOurEngine } from '../oracle/our-engine.ts';
import { cleanUp } from '../oracle/play.ts';
import { knownDifferences } from '../support/differential.ts';

let engine: OurEngine;

beforeAll(async () => {
  engine = await startOurEngine(await createFixtures());
});

afterAll(async () => {
  await engine.dispose();
});

const known = knownDifferences();
const topics = await Promise.all(
  (await readCliTopics()).map(async (topic) => ({ ...topic, played: await readCliGolden(topic) })),
);

describe.each(topics)('$name', ({ name, lines, played }) => {
  afterAll(() => cleanUp(engine));

  test('is recorded as it is written', () => {
    expect(played.map(({ line }) => line)).toEqual(lines);
  });

  // In order: a line sees what those before it did.
  test.each(played)('$line', async ({ line, ...expected }) => {
    const ours = await playCliLine(engine.host, { line, directory: `/root/${name}` });
    if (known.has(line)) expect(ours).not.toEqual(expected);
    else expect(ours).toEqual(expected);
  });
});

test('at least a hundred lines are compared', () => {
  expect(topics.flatMap(({ lines }) => lines).length).toBeGreaterThanOrEqual(100);
});
