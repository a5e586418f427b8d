/**
 * `npm test`: installs what is missing, then checks and tests everything, two things at a time. Ends with one line
 * that counts the tests. A program that cannot be had is named; in CI that is a failure.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { installPackages, installPrograms, requireNode, root } from './support/setup.mjs';

requireNode();
const startedAt = Date.now();
const installing = installPrograms();
await installPackages();

const failedSteps = [];
const counts = { passed: 0, failed: 0, skipped: 0 };

/** One stage; `quiet` ones show their output at their end, so that two of them do not mix theirs. */
async function stage(name, { command, args, quiet = false }) {
  const begin = Date.now();
  if (!quiet) console.log(`\n── ${name}`);
  const { ok, output } = await runProgram(command, { args, quiet });
  const seconds = ((Date.now() - begin) / 1000).toFixed(1);
  if (quiet) console.log(`\n── ${name}`);
  if (output !== '') process.stdout.write(output);
  console.log(`── ${name}: ${ok ? 'ok' : 'FAILED'} (${seconds} s)`);
  if (!ok) failedSteps.push(name);
}

/** What a quiet one prints is the result's; another's goes where ours goes. */
function runProgram(command, { args, quiet }) {
  return new Promise((resolve) => {
    const stdio = quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit';
    const child = spawn(command, args, { cwd: root, stdio });
    let output = '';
    for (const stream of quiet ? [child.stdout, child.stderr] : [])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', (error) => resolve({ ok: false, output: `${error.message}\n` }));
    child.on('close', (code) => resolve({ ok: code === 0, output }));
  });
}

/** Stages after each other. */
async function lane(...stages) {
  for (const [name, command, ...args] of stages) await stage(name, { command, args, quiet: true });
}

async function vitest(name, projects) {
  const output = `${root}/.cache/test-${projects.join('-')}.json`;
  mkdirSync(`${root}/.cache`, { recursive: true });
  rmSync(output, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${output}`];
  const chosen = projects.map((project) => `--project=${project}`);
  await stage(name, { command: 'npx', args: ['vitest', 'run', ...chosen, ...reporters] });
  try {
    const report = JSON.parse(readFileSync(output, 'utf8'));
    counts.passed += report.numPassedTests;
    counts.failed += report.numFailedTests;
    counts.skipped += report.numPendingTests + report.numTodoTests;
  } catch {
    failedSteps.push(`${name} wrote no report`);
  }
}

await Promise.all([
  lane(
    ['format', 'npx', 'oxfmt', '--check', '.'],
    [
      'format of components',
      'npx',
      'prettier',
      '--check',
      '--log-level',
      'warn',
      'src/**/*.svelte',
    ],
    ['lint', 'npx', 'oxlint', '--deny-warnings'],
    ['types', 'node', 'test/support/types.mjs'],
  ),
  lane(
    ['build', 'npx', 'vite', 'build', '--logLevel', 'warn'],
    ['verify public/', 'node', 'vm-image/verify.mjs'],
  ),
]);
const missing = await installing;
for (const [program, , use] of missing) console.error(`Missing: ${program}, needed by ${use}`);
await vitest('unit tests', ['unit']);
await vitest('machine and browser tests', ['machine']);

if (missing.length > 0 && process.env.CI) failedSteps.push('programs are missing');
if (counts.skipped > 0 && process.env.CI) failedSteps.push('tests were skipped');
if (counts.passed === 0) failedSteps.push('no test ran');
console.log(`\nTook ${((Date.now() - startedAt) / 60_000).toFixed(1)} min`);
for (const name of failedSteps) console.error(`Failed: ${name}`);
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(failedSteps.length === 0 && counts.failed === 0 ? 0 : 1);
