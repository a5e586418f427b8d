/** Our engine answers what Docker answers: the recorded scenarios of test/golden/engine, played on a booted machine. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { differences, showDifference, type Difference } from '../oracle/difference.ts';
import { createFixtures } from '../oracle/fixtures.ts';
import { readGolden } from '../oracle/golden.ts';
import { startOurEngine, type OurEngine } from '../oracle/our-engine.ts';
import { playSituation, readRules, situations } from '../oracle/packet-filter.ts';
import { playScenario } from '../oracle/play.ts';
import { remaining } from '../oracle/remaining.ts';
import type { Exchange } from '../oracle/scenario.ts';
import { topics } from '../oracle/topics.ts';

/** A scenario is up to forty requests, some of which start and stop containers. */
const scenarioMsMax = 180_000;

let engine: OurEngine;
const usedReasons = new Set<string>();

beforeAll(async () => {
  keepIdsFromNames();
  engine = await startOurEngine(await createFixtures());
}, scenarioMsMax);

afterAll(async () => {
  vi.restoreAllMocks();
  await engine.dispose();
});

describe.each(topics)('$name', (topic) => {
  test.each(topic.scenarios)(
    '$name',
    async (scenario) => {
      const golden = await readGolden(topic);
      const expected = golden.find(({ name }) => name === scenario.name)?.exchanges ?? [];
      const played = await playScenario(engine, { ...scenario, exact: topic.exact === true });
      const place = `${topic.name}/${scenario.name}`;
      const bodies = scenario.steps
        .filter(({ start }) => start === undefined)
        .map(({ body }) => (body === undefined ? '' : JSON.stringify(body)));
      const report = compare(place, { expected, played, bodies });
      expect(report.join('\n')).toBe('');
    },
    scenarioMsMax,
  );
});

describe('packet filter', async () => {
  const golden = await readRules();
  test.each(situations)('$name', async (situation) => {
    const run = async (line: string): Promise<string> => {
      const { stdout, stderr, exitCode } = await engine.host.run(line);
      if (exitCode !== 0) throw new Error(`${line}: ${stdout}${stderr}`);
      return stdout;
    };
    expect(await playSituation(situation, run)).toEqual(golden[situation.name]);
  });
});

test('every remaining difference is still one', () => {
  expect(remaining.map(({ reason }) => reason).filter((one) => !usedReasons.has(one))).toEqual([]);
});

/**
 * The scenarios call their containers `aa`, `b1` and so on, and a name that nobody has may be the beginning of an ID: IDs
 * begin with a digit here.
 */
function keepIdsFromNames(): void {
  const idSizeBytes = 32;
  const random = crypto.getRandomValues.bind(crypto);
  vi.spyOn(crypto, 'getRandomValues').mockImplementation((bytes) => {
    random(bytes);
    if (bytes instanceof Uint8Array && bytes.length === idSizeBytes)
      bytes[0] = (bytes[0] ?? 0) & 0x7f;
    return bytes;
  });
}

function compare(
  place: string,
  {
    expected,
    played,
    bodies,
  }: {
    readonly expected: readonly Exchange[];
    readonly played: readonly Exchange[];
    readonly bodies: readonly string[];
  },
): string[] {
  const lines: string[] = [];
  if (expected.length !== played.length)
    lines.push(`${played.length} requests were played, ${expected.length} were recorded`);
  for (const [index, exchange] of played.entries()) {
    const found = differences(expected[index]?.answer, exchange.answer).filter(
      (difference) =>
        !mayRemain(`${place}: ${exchange.request} ${bodies[index] ?? ''}`.trim(), difference),
    );
    if (found.length > 0)
      lines.push([exchange.request, ...found.map(showDifference)].join('\n    '));
  }
  return lines;
}

function mayRemain(where: string, { pointer }: Difference): boolean {
  const known = remaining.find((one) => one.where.test(where) && one.at.test(pointer));
  if (known !== undefined) usedReasons.add(known.reason);
  return known !== undefined;
}
