/**
 * `npm run build:record [-- case…]`: has dockerd 20.10's classic builder build every case of the corpus (as root), or
 * buildah those that only it knows, and writes what came out to test/golden/build/.
 */
import { dockerdEngine } from '../oracle/dockerd-engine.ts';
import { createFixtures } from '../oracle/fixtures.ts';
import { startDockerd } from '../support/dockerd.ts';
import { startBuildah } from './buildah.ts';
import { readCases } from './case.ts';
import { writeResult } from './golden.ts';
import { treeOf } from './image-tree.ts';
import { build } from './result.ts';

const wanted = process.argv.slice(2);
const cases = (await readCases()).filter(
  ({ name }) => wanted.length === 0 || wanted.includes(name),
);
const fixtures = await createFixtures();
const base = treeOf(fixtures.images[0]?.layers ?? []);

const dockerd = await startDockerd();
const buildah = await startBuildah(fixtures.archive);
try {
  const { transport } = await dockerdEngine(dockerd.host, fixtures);
  for (const one of cases) {
    const result =
      one.peer === 'buildah'
        ? await buildah.build(one, base)
        : await build(transport, one, { base, forPeer: true });
    await writeResult(one.name, result);
    console.log(one.name, result.error === undefined ? 'built' : result.error.message);
  }
} finally {
  await buildah.dispose();
  await dockerd.dispose();
}
