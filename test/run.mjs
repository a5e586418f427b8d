/**
 * `npm test`: installs what is missing, then checks and tests everything. Ends with one line that
 * counts the tests. A program that cannot be had is named; in CI that is a failure.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { installPackages, installPrograms, requireNode, root, run } from './support/setup.mjs';

requireNode();
installPackages();
const missing = installPrograms();
for (const [program, , use] of missing) console.error(`Missing: ${program}, needed by ${use}`);

const startedAt = Date.now();
const failedSteps = [];
const counts = { passed: 0, failed: 0, skipped: 0 };

function step(name, command, args) {
  const begin = Date.now();
  console.log(`\n── ${name}`);
  const ok = run(command, args);
  console.log(
    `── ${name}: ${ok ? 'ok' : 'FAILED'} (${((Date.now() - begin) / 1000).toFixed(1)} s)`,
  );
  if (!ok) failedSteps.push(name);
}

function vitest(project) {
  const output = `${root}/.cache/test-${project}.json`;
  mkdirSync(`${root}/.cache`, { recursive: true });
  rmSync(output, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${output}`];
  step(`${project} tests`, 'npx', ['vitest', 'run', '--project', project, ...reporters]);
  try {
    const report = JSON.parse(readFileSync(output, 'utf8'));
    counts.passed += report.numPassedTests;
    counts.failed += report.numFailedTests;
    counts.skipped += report.numPendingTests + report.numTodoTests;
  } catch {
    failedSteps.push(`${project} tests wrote no report`);
  }
}

step('format', 'npx', ['prettier', '--check', '--log-level', 'warn', '.']);
step('lint', 'npx', ['oxlint', '--deny-warnings']);
step('types', 'node', ['test/support/types.mjs']);
step('verify public/', 'node', ['vm-image/verify.mjs']);
step('build', 'npx', ['vite', 'build', '--logLevel', 'warn']);
vitest('unit');
vitest('vm');
vitest('browser');

if (missing.length > 0 && process.env.CI) failedSteps.push('programs are missing');
if (counts.skipped > 0 && process.env.CI) failedSteps.push('tests were skipped');
if (counts.passed === 0) failedSteps.push('no test ran');
console.log(`\nTook ${((Date.now() - startedAt) / 60_000).toFixed(1)} min`);
for (const name of failedSteps) console.error(`Failed: ${name}`);
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(failedSteps.length === 0 && counts.failed === 0 ? 0 : 1);
