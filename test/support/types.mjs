/** Checks the types of every world: each tsconfig has the libraries its folder may use, and no others. */
import { run } from './setup.mjs';

const projects = [
  'tsconfig.json',
  'src/node/tsconfig.json',
  'src/proxy/tsconfig.json',
  'test/tsconfig.json',
];
const results = projects.map((project) => run('npx', ['tsc', '-p', project]));
results.push(
  run('npx', ['svelte-check', '--tsconfig', 'src/ui/tsconfig.json', '--fail-on-warnings']),
);
process.exit(results.every(Boolean) ? 0 : 1);
