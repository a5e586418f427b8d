/**
 * `npm run oracle:record [-- topic…]`: plays the scenarios against Debian's dockerd 20.10 (as root) and writes its
 * answers, in their newer form, to test/golden/engine/; then the command lines of test/golden/cli/dockerd/ with the
 * docker CLI 28.2.2, and the packet filter's rules (`packet-filter`). With `--against unix:///path` it writes nothing and prints
 * how the Docker Engine there answers otherwise, as entries for test/golden/engine-newer.json.
 */
import { startDockerd, type Dockerd } from '../support/dockerd.ts';
import { execOk } from '../support/process.ts';
import {
  applyNewerLines,
  playCliForReal,
  readCliTopics,
  readNewerLines,
  writeCliGolden,
} from './cli.ts';
import { differences } from './difference.ts';
import { dockerdEngine } from './dockerd-engine.ts';
import { createFixtures } from './fixtures.ts';
import { readGolden, writeGolden } from './golden.ts';
import { applyNewer, occurrenceOf, readNewer, type NewerAnswer } from './newer.ts';
import { playSituation, situations, writeRules, type Rules } from './packet-filter.ts';
import { cleanUp, playTopic, type Engine } from './play.ts';
import type { Topic } from './scenario.ts';
import { topics } from './topics.ts';

const args = process.argv.slice(2);
const against = args.includes('--against') ? args[args.indexOf('--against') + 1] : undefined;
const names = args.filter((word) => !word.startsWith('--') && word !== against);
const isChosen = ({ name }: { readonly name: string }): boolean =>
  names.length === 0 || names.includes(name);
const chosen = topics.filter(isChosen);

async function record(engine: Engine, topic: Topic): Promise<void> {
  const newer = await readNewer();
  const played = await playTopic(engine, topic);
  await writeGolden(
    topic,
    played.map((scenario) => applyNewer(scenario, { topic: topic.name, newer })),
  );
  console.log(`${topic.name}: ${played.reduce((sum, { exchanges }) => sum + exchanges.length, 0)}`);
}

async function compare(engine: Engine, topic: Topic): Promise<NewerAnswer[]> {
  const golden = await readGolden(topic);
  const entries: NewerAnswer[] = [];
  for (const [index, { name, exchanges }] of (await playTopic(engine, topic)).entries())
    for (const [at, { request, answer }] of exchanges.entries()) {
      const found = differences(golden[index]?.exchanges[at]?.answer, answer);
      if (found.length === 0) continue;
      const occurrence = occurrenceOf(exchanges, at);
      const kept = found.filter(({ actual }) => actual !== undefined);
      entries.push({
        place: `${topic.name}/${name}`,
        request,
        ...(occurrence === 0 ? {} : { occurrence }),
        set: Object.fromEntries(kept.map(({ pointer, actual }) => [pointer, actual])),
        remove: found.filter((one) => !kept.includes(one)).map(({ pointer }) => pointer),
      });
    }
  return entries;
}

/** With the real CLI, and iptables in dockerd's network namespace. */
async function recordPacketFilter(dockerd: Dockerd): Promise<void> {
  const withV6 = await startDockerd({ ownNetwork: true, flags: ['--experimental', '--ip6tables'] });
  try {
    await dockerdEngine(withV6.host, fixtures);
    const recorded: Record<string, Rules> = {};
    for (const situation of situations) {
      const { pid, host } = situation.ipv6 ? withV6 : dockerd;
      const run = (line: string): Promise<string> =>
        execOk('nsenter', ['-t', String(pid), '-n', 'bash', '-c', line], {
          env: { DOCKER_HOST: host, DOCKER_DEFAULT_PLATFORM: 'linux/386' },
        });
      recorded[situation.name] = await playSituation(situation, run);
    }
    await writeRules(recorded);
  } finally {
    await withV6.dispose();
  }
  console.log(`packet-filter: ${situations.length} situations`);
}

const fixtures = await createFixtures();
if (against !== undefined) {
  const engine = await dockerdEngine(against, fixtures);
  const entries: NewerAnswer[] = [];
  for (const topic of chosen) entries.push(...(await compare(engine, topic)));
  console.log(JSON.stringify(entries, undefined, 1));
} else {
  const dockerd = await startDockerd({ ownNetwork: true });
  try {
    const engine = await dockerdEngine(dockerd.host, fixtures);
    for (const topic of chosen) await record(engine, topic);
    if (isChosen({ name: 'packet-filter' })) await recordPacketFilter(dockerd);
    const newer = await readNewerLines();
    for (const topic of (await readCliTopics()).filter(isChosen)) {
      const played = await playCliForReal(dockerd.host, topic);
      await writeCliGolden(
        topic,
        played.map((line) => applyNewerLines(line, newer)),
      );
      await cleanUp(engine);
      console.log(`${topic.name}: ${topic.lines.length} lines`);
    }
  } finally {
    await dockerd.dispose();
  }
}
