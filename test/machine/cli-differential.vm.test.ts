/** Our `docker` says and does what docker 28.2.2 says and does, beside the same engine. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCliTopics } from '../oracle/cli.ts';
import {
  type Differential,
  differentialTopics,
  knownDifferences,
  startDifferential,
} from '../support/differential.ts';

let both: Differential;

beforeAll(async () => {
  both = await startDifferential();
});

afterAll(async () => {
  await both.dispose();
});

const known = knownDifferences();

describe.each(differentialTopics())('%s', (_, lines) => {
  // In order: a line sees what those before it did.
  test.each(lines)('%s', async (line) => {
    const { ours, real } = await both.run(line);
    if (known.has(line)) expect(ours).not.toEqual(real);
    else expect(ours).toEqual(real);
  });
});

test('the list of known differences is short, and each is of a line that is run', async () => {
  const beside = (await readCliTopics()).flatMap(({ lines: recorded }) => recorded);
  const lines = new Set([...differentialTopics().flatMap(([, topic]) => topic), ...beside]);
  expect(known.size).toBeLessThanOrEqual(10);
  for (const [line, reason] of known) {
    expect(lines).toContain(line);
    expect(reason).not.toBe('');
  }
});
