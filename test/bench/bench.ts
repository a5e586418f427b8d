/**
 * The project's bench: what a learner waits for, beside native peers on the same machine in the same
 * run. Prints a table and JSON, and writes both to this folder. A peer that cannot run is a note.
 */
import { writeFileSync } from 'node:fs';
import { errorMessage } from '../../src/lib/errors.ts';
import { benchBoot } from './boot.ts';
import { benchBrowser } from './browser.ts';
import { benchBuilds } from './build.ts';
import { benchDensity } from './density.ts';
import { benchEmbeds } from './embeds.ts';
import { benchHost, benchPrompt } from './host.ts';
import { benchDockerd } from './peers/dockerd.ts';
import { benchPreview } from './preview.ts';
import { benchPulls } from './pull.ts';
import { Report } from './report.ts';
import { benchResponse } from './response.ts';

const report = new Report();

const parts: readonly (readonly [string, () => Promise<void>])[] = [
  ['boot', () => benchBoot(report, { runs: 5 })],
  ['prompt in Node', () => benchPrompt(report, { runs: 5 })],
  ['page', () => benchBrowser(report, { runs: 5 })],
  ['answers of the page', () => benchResponse(report, { runs: 10 })],
  ['embeds', () => benchEmbeds(report)],
  ['native dockerd', () => benchDockerd(report, { runs: 20 })],
  ['containers', () => benchHost(report, { runs: 20 })],
  ['density', () => benchDensity(report, { lives: 300 })],
  ['previews', () => benchPreview(report, { runs: 50 })],
  ['pulls', () => benchPulls(report, { runs: 3 })],
  ['builds', () => benchBuilds(report, { runs: 5 })],
];

for (const [name, measure] of parts) {
  console.log(name);
  try {
    await measure();
  } catch (error) {
    report.note(`Not measured, ${name}: ${errorMessage(error)}`);
    process.exitCode = 1;
  }
}

writeFileSync(new URL('RESULTS.md', import.meta.url), report.toMarkdown());
writeFileSync(new URL('results.json', import.meta.url), report.toJson());
console.log(`\n${report.toTable()}\n\n${report.toJson()}`);
process.exit();
