/** The recorded answers: one file a topic, an exchange a few lines. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { PlayedScenario, Topic } from './scenario.ts';

const folder = new URL('../golden/engine/', import.meta.url);
const fileOf = (topic: Topic) => fileURLToPath(new URL(`${topic.name}.json`, folder));

export async function readGolden(topic: Topic): Promise<PlayedScenario[]> {
  return JSON.parse(await readFile(fileOf(topic), 'utf8')) as PlayedScenario[];
}

export async function writeGolden(topic: Topic, played: readonly PlayedScenario[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(fileOf(topic), `${JSON.stringify(played, undefined, 1)}\n`);
}
