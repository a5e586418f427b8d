/**
 * Kills the process in the middle of pulls, loads, commits, copies and writes, and starts it again: nothing that has a
 * name is damaged. `BOTTLESHIP_CRASHES` says how often and `BOTTLESHIP_SEED` when; the default keeps the tests short.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const crashCount = Number(process.env['BOTTLESHIP_CRASHES'] ?? 4);
const seed = Number(process.env['BOTTLESHIP_SEED'] ?? 1);
const lifeMsMax = 3000;
/** A start that takes longer hangs. */
const startMsMax = 120_000;

const child = fileURLToPath(new URL('../support/crash-child.ts', import.meta.url));
const dataRoot = mkdtempSync(join(tmpdir(), 'bottleship-crash-'));

afterAll(() => rmSync(dataRoot, { recursive: true, force: true }));

/** Numbers below 1, the same for the same seed (mulberry32). */
function random(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Starts a host, kills it `lifeMs` after it was ready, and resolves with the last file it synced. */
async function liveAndDie(last: number, lifeMs: number): Promise<number> {
  const process_ = spawn(process.execPath, ['--import', 'tsx', child, dataRoot, String(last)]);
  let errors = '';
  process_.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  let synced = last;
  let isReady = false;
  const timer = setTimeout(() => process_.kill('SIGKILL'), startMsMax);
  createInterface(process_.stdout).on('line', (line) => {
    const [word, number] = line.split(' ');
    if (word === 'synced') synced = Number(number);
    if (word !== 'ready') return;
    isReady = true;
    setTimeout(() => process_.kill('SIGKILL'), lifeMs);
  });
  await closed(process_);
  clearTimeout(timer);
  if (!isReady) throw new Error(`The host did not start again: ${errors}`);
  return synced;
}

function closed(process_: ChildProcess): Promise<void> {
  return new Promise((resolve) => process_.on('close', () => resolve()));
}

/** Plays the journal back, as mounting would, and wants nothing else to be wrong. */
function checkDisk(): void {
  const disk = join(dataRoot, 'disk');
  const replay = spawnSync('/sbin/e2fsck', ['-E', 'journal_only', '-y', disk], {
    encoding: 'utf8',
  });
  expect(replay.status, replay.stdout).toBeLessThan(2);
  const check = spawnSync('/sbin/e2fsck', ['-fn', disk], { encoding: 'utf8' });
  expect(check.status, check.stdout).toBe(0);
}

test(
  `nothing that has a name is damaged by ${crashCount} kills`,
  { timeout: crashCount * (startMsMax + lifeMsMax) },
  async () => {
    const next = random(seed);
    let last = 0;
    for (let crash = 0; crash < crashCount; crash += 1) {
      last = await liveAndDie(last, next() * lifeMsMax);
      checkDisk();
    }
    // What the last one left is whole, too.
    await liveAndDie(last, 0);
  },
);
