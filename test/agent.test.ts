/**
 * Compiles the agent's C sources for this machine with address and undefined-behaviour sanitizers,
 * and runs their unit tests: one test here for each line of TAP.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { warnings } from '../vm-image/agent/build.mjs';

const agentFolder = fileURLToPath(new URL('../vm-image/agent/', import.meta.url));
const testFolder = join(agentFolder, 'test');

/** Replaced by the tests, or useless outside of a machine. */
const leftOut = new Set(['main.c', 'nic.c', 'boot.c']);

const compileTimeoutMs = 240_000;

function sourcesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.c'))
    .sort()
    .map((name) => join(folder, name));
}

function compile(output: string): void {
  if (spawnSync('gcc', ['--version']).error !== undefined) {
    throw new Error('Cannot test the agent: install gcc (Debian: apt install gcc)');
  }
  const sources = sourcesIn(agentFolder).filter(
    (path) => !leftOut.has(path.slice(agentFolder.length)),
  );
  const sanitizers = ['-fsanitize=address,undefined', '-fno-sanitize-recover=undefined'];
  const vectors = `-DVECTORS_PATH="${join(testFolder, 'vectors.txt')}"`;
  const options = ['-std=c11', '-D_GNU_SOURCE', '-O1', '-g1', '-fno-omit-frame-pointer', vectors];
  options.push(...sanitizers, ...warnings, ...sources, ...sourcesIn(testFolder), '-o', output);
  execFileSync('gcc', options, {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: compileTimeoutMs,
  });
}

test(
  'the agent passes its unit tests under the sanitizers',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'agent-'));
    try {
      const program = join(folder, 'tests');
      compile(program);
      const { status, stdout, stderr } = spawnSync(program, { timeout: 120_000 });
      const lines = stdout.toString().split('\n');
      expect(lines.filter((line) => line.startsWith('not ok'))).toEqual([]);
      expect(stderr.toString()).not.toMatch(/Sanitizer|runtime error/);
      const passed = lines.filter((line) => line.startsWith('ok ')).length;
      expect(lines).toContain(`1..${passed}`);
      expect(status).toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  compileTimeoutMs + 120_000,
);
