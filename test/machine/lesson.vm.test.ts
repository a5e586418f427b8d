/** `bottleship lesson check` as an author runs it: the first course is proven, and a broken lesson is not. */
import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const course = join(root, 'src/lessons/first-course');
const firstStep = '01-what-is-a-container/01-a-process/step.md';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bottleship-lessons-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

function lesson(
  ...words: string[]
): Promise<{ stdout: string; stderr: string; code: number | null }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['src/node/bottleship.mjs', 'lesson', ...words], {
      cwd: root,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ stdout, stderr, code }));
  });
}

/** A copy of the course whose first step's text is changed. */
async function broken(name: string, change: (text: string) => string): Promise<string> {
  const copy = join(folder, name);
  await cp(course, copy, { recursive: true });
  const file = join(copy, firstStep);
  await writeFile(file, change(await readFile(file, 'utf8')));
  return copy;
}

describe('bottleship lesson check', () => {
  test('proves every step of the first course', { timeout: 600_000 }, async () => {
    const { stdout, stderr, code } = await lesson('check', course);
    expect(stderr).toBe('');
    expect(stdout).toContain('First steps with containers: 3 lessons, every check proven');
    expect(stdout.match(/✓/g)).toHaveLength(15);
    expect(code).toBe(0);
  });

  test(
    'catches a check that the solution does not fulfil, with file and line',
    { timeout: 300_000 },
    async () => {
      const copy = await broken('late', (text) => text.replace("Name=='/nap'", "Name=='/nope'"));
      const { stdout, stderr, code } = await lesson('check', copy, 'what-is-a-container');
      expect(stderr).toBe(
        `${join(copy, firstStep)}:5: Check "running" fails after the solution ran\n`,
      );
      expect(stdout).toContain('1 lesson failed');
      expect(code).toBe(1);
    },
  );

  test('catches a key that is none without booting anything', async () => {
    const copy = await broken('key', (text) => text.replace('panes:', 'pains:'));
    const { stdout, stderr, code } = await lesson('check', copy);
    expect(stderr).toBe(`${join(copy, firstStep)}:3: Unknown key "pains"\n`);
    expect(stdout).toBe('');
    expect(code).toBe(1);
  });

  test('says what it cannot do', async () => {
    const missing = await lesson('check', '/nowhere');
    expect(missing).toEqual({
      stdout: '',
      stderr: 'bottleship lesson: Cannot check "/nowhere": no such folder\n',
      code: 1,
    });
    const unknown = await lesson('check', course, 'nothing', '--read');
    expect(unknown.stderr).toContain(
      'Cannot check "nothing": the course\'s lessons are what-is-a-container',
    );
    const other = await lesson('play');
    expect(other.stderr).toContain('unknown command: bottleship lesson play');
    expect(other.code).toBe(1);
  });
});
