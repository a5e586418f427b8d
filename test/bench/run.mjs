/** `npm run bench`: installs what is missing, then measures. Plain JavaScript: it runs first. */
import { installPackages, installPrograms, requireNode, run } from '../support/setup.mjs';

requireNode();
await installPackages();
/** Its peers, beyond what the tests need. */
const peers = [
  ['podman', 'podman', 'the figures of native podman'],
  ['/usr/lib/podman/netavark', 'netavark', 'the figures of native podman'],
  ['/usr/lib/podman/aardvark-dns', 'aardvark-dns', 'the figures of native podman'],
];
for (const [program, , use] of await installPrograms(peers)) {
  console.error(`Missing: ${program}, needed by ${use}`);
}
process.exit(
  run(process.execPath, ['--expose-gc', '--import', 'tsx', 'test/bench/bench.ts']) ? 0 : 1,
);
