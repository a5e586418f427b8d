/**
 * Checks the types of every world: each tsconfig has the libraries its folder may use, and no others. The native
 * compiler does it, for components by way of svelte-check, which writes them down as TypeScript first.
 */
import { run, root } from './setup.mjs';

const compiler = `${root}/node_modules/@typescript/native/bin/tsc`;

const projects = [
  'tsconfig.json',
  'src/node/tsconfig.json',
  'src/proxy/tsconfig.json',
  'test/tsconfig.json',
];
const results = projects.map((project) => run('node', [compiler, '-p', project]));
results.push(
  run('npx', ['svelte-check', '--tsconfig', 'tsconfig.ui.json', '--tsgo', '--fail-on-warnings']),
);
process.exit(results.every(Boolean) ? 0 : 1);
