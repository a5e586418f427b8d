/** Pulls of a 10 MB and a 50 MB image from a registry on loopback, beside skopeo and umoci. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestHost } from '../support/host.ts';
import { serveRegistry } from '../support/registry-fixture.ts';
import { pushRandomImage } from './random-image.ts';
import { pullWithSkopeoAndUmoci } from './peers/skopeo-umoci.ts';
import type { Report } from './report.ts';
import { timeMs } from './stats.ts';

const megabyte = 1_000_000;

export async function benchPulls(report: Report, { runs }: { runs: number }): Promise<void> {
  const storage = await mkdtemp(join(tmpdir(), 'bottleship-bench-'));
  const registry = await serveRegistry(storage, { isReadOnly: false });
  const host = await startTestHost();
  try {
    for (const size of [10, 50]) {
      const image = `bench/random${size}`;
      await pushRandomImage(registry.host, { repository: image, sizeBytes: size * megabyte });
      const peer = `native skopeo copy + umoci unpack of ${size} MB`;
      report.add(peer, await pullWithSkopeoAndUmoci(`${registry.host}/${image}`, { runs }));
      const times: number[] = [];
      for (let run = 0; run < runs; run += 1) {
        times.push(await timeMs(() => host.run(`docker pull -q ${registry.host}/${image}`)));
        const { exitCode, stderr } = await host.run(`docker rmi ${registry.host}/${image}`);
        if (exitCode !== 0) throw new Error(`Cannot remove the image that was pulled: ${stderr}`);
      }
      report.add(`docker pull of ${size} MB`, times, { comparedWith: peer });
    }
  } finally {
    await host.dispose();
    await registry.dispose();
    await rm(storage, { recursive: true, force: true });
  }
}
