/** The native peer of a pull: `skopeo copy` to an OCI layout and `umoci unpack` of it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execOk } from '../../support/process.ts';
import { repeatMs } from '../stats.ts';

/** Milliseconds of each run; every run starts with nothing stored. */
export async function pullWithSkopeoAndUmoci(
  reference: string,
  { runs }: { runs: number },
): Promise<number[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bottleship-skopeo-'));
  let count = 0;
  try {
    return await repeatMs(runs, async () => {
      count += 1;
      const layout = join(folder, `layout-${count}`);
      await execOk('skopeo', [
        'copy', '-q', '--override-os', 'linux', '--override-arch', '386', '--src-tls-verify=false',
        `docker://${reference}`, `oci:${layout}:image`,
      ]); // prettier-ignore
      await execOk('umoci', [
        'unpack',
        '--image',
        `${layout}:image`,
        join(folder, `bundle-${count}`),
      ]);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
