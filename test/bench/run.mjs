/** `npm run bench`: installs what is missing, then measures. Plain JavaScript: it runs first. */
import { installPackages, installPrograms, requireNode, run } from '../support/setup.mjs';

requireNode();
installPackages();
for (const [program, , use] of installPrograms()) {
  console.error(`Missing: ${program}, needed by ${use}`);
}
process.exit(
  run(process.execPath, ['--expose-gc', '--import', 'tsx', 'test/bench/bench.ts']) ? 0 : 1,
);
