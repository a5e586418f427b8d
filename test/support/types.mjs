/**
 * Checks the types of every world: each tsconfig has the libraries its folder may use, and no others. The native
 * compiler does it in a fifth of the time; svelte-check needs the interface of the older one, which is there as well.
 */
import { run, root } from './setup.mjs';

const compiler = `${root}/node_modules/typescript-native/bin/tsc`;

const projects = [
  'tsconfig.json',
  'src/node/tsconfig.json',
  'src/proxy/tsconfig.json',
  'test/tsconfig.json',
];
const results = projects.map((project) => run('node', [compiler, '-p', project]));
results.push(
  run('npx', ['svelte-check', '--tsconfig', 'src/ui/tsconfig.json', '--fail-on-warnings']),
);
process.exit(results.every(Boolean) ? 0 : 1);
