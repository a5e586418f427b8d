/** `npm run check`: the gate that needs no machine: format, lint, types, layers and unit tests. */
import { installPackages, requireNode, run } from './support/setup.mjs';

requireNode();
await installPackages();
const steps = [
  ['format', 'npx', ['oxfmt', '--check', '.']],
  [
    'format of components',
    'npx',
    ['prettier', '--check', '--log-level', 'warn', 'src/**/*.svelte'],
  ],
  ['lint', 'npx', ['oxlint', '--deny-warnings']],
  ['types', 'node', ['test/support/types.mjs']],
  ['unit tests', 'npx', ['vitest', 'run', '--project', 'unit']],
];
const failed = steps.filter(([, command, args]) => !run(command, args)).map(([name]) => name);
if (failed.length > 0) console.error(`Failed: ${failed.join(', ')}`);
process.exit(failed.length === 0 ? 0 : 1);
