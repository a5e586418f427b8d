/** How `bottleship serve` says no: the process is started as a user does, and no machine is booted. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { processIdentity } from '../src/node/process-identity.ts';
import { spawnServe } from './support/serve.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bottleship-serve-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Its exit code and what it said; it has to end by itself. */
async function serve(args: readonly string[]) {
  const child = spawnServe(args);
  const read = (stream: Readable | null) => (stream === null ? '' : text(stream));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr, exitCode] = await Promise.all([
    read(child.stdout),
    read(child.stderr),
    ended,
  ]);
  return { stdout, stderr, exitCode };
}

/** The process is started with a compiler in front of it, beside other tests. */
const startMsMax = 60_000;

test('tells how it is used', { timeout: startMsMax }, async () => {
  const help = await serve(['--help']);
  expect(help).toMatchObject({ exitCode: 0, stderr: '' });
  expect(help.stdout).toMatch(/^Usage: {2}bottleship serve \[OPTIONS\]\n/);
  expect(await serve(['--nosuch'])).toEqual({
    exitCode: 1,
    stdout: '',
    stderr:
      "bottleship serve: unknown flag: --nosuch\n\nRun 'bottleship serve --help' for more information\n",
  });
});

test('does not serve other machines unless it is told to', { timeout: startMsMax }, async () => {
  const dataRoot = join(folder, 'remote');
  const { exitCode, stderr } = await serve(['-H', 'tcp://0.0.0.0:1', '--data-root', dataRoot]);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(
    /^bottleship serve: refusing to serve tcp:\/\/0\.0\.0\.0:1: .*--allow-remote/,
  );
});

test('leaves a data root alone that another process has', { timeout: startMsMax }, async () => {
  const dataRoot = join(folder, 'locked');
  mkdirSync(dataRoot);
  writeFileSync(join(dataRoot, 'bottleship.pid'), processIdentity());
  const allowed = ['--allow-remote', '-H', 'tcp://0.0.0.0:1'];
  expect(await serve([...allowed, '--data-root', dataRoot])).toEqual({
    exitCode: 1,
    stdout: '',
    stderr:
      'WARNING: API is accessible on http://0.0.0.0:1 without encryption.\n' +
      '         Access to the remote API is equivalent to root access on the machine.\n' +
      `bottleship serve: process with PID ${process.pid} is still running on data root "${dataRoot}"\n`,
  });
});

test('says why the machine cannot be booted', { timeout: startMsMax }, async () => {
  const dataRoot = join(folder, 'broken');
  mkdirSync(join(dataRoot, 'disk'), { recursive: true });
  const host = `unix://${join(folder, 'docker.sock')}`;
  const { exitCode, stdout, stderr } = await serve(['-H', host, '--data-root', dataRoot]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toMatch(/^bottleship serve: EISDIR/);
});
