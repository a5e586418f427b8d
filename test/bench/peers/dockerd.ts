/** The native peer: `docker run --rm busybox true` on a real dockerd of this machine. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startDockerd, type Dockerd } from '../../support/dockerd.ts';
import { exec, execOk } from '../../support/process.ts';
import type { Report } from '../report.ts';
import { repeatMs, timeMs } from '../stats.ts';

export const dockerdRunRow = 'native dockerd, --network bridge: run --rm busybox true';
export const dockerdExecRow = 'native dockerd: exec true';

const library = fileURLToPath(
  new URL('../../../public/library/v2/library/busybox/', import.meta.url),
);

interface Manifest {
  readonly manifests?: readonly { readonly digest: string }[];
  readonly layers?: readonly { readonly digest: string }[];
}

async function readManifest(reference: string): Promise<Manifest> {
  // Our own file: test/library.test.ts holds it to its form.
  return JSON.parse(await readFile(join(library, 'manifests', reference), 'utf8')) as Manifest;
}

/** The one layer of the bundled busybox image as a plain tar, so that both engines run the same files. */
export async function busyboxTar(path: string): Promise<void> {
  const index = await readManifest('latest');
  const manifest = await readManifest(index.manifests?.[0]?.digest ?? 'missing');
  const layer = join(library, 'blobs', manifest.layers?.[0]?.digest ?? 'missing');
  await execOk('zstd', ['-q', '-d', layer, '-o', path]);
}

export async function importBusybox(dockerd: Dockerd): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bottleship-busybox-'));
  try {
    const archive = join(folder, 'busybox.tar');
    await busyboxTar(archive);
    await dockerd.docker(['import', '--platform', 'linux/386', archive, 'busybox']);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export async function benchDockerd(report: Report, { runs }: { runs: number }): Promise<void> {
  const dockerd = await startDockerd();
  try {
    await importBusybox(dockerd);
    for (const network of ['bridge', 'none']) {
      const run = () => dockerd.docker(['run', '--rm', '--network', network, 'busybox', 'true']);
      report.add(`native dockerd, --network ${network}: run --rm busybox true, first`, [
        await timeMs(run),
      ]);
      report.add(
        `native dockerd, --network ${network}: run --rm busybox true`,
        await repeatMs(runs, run),
      );
    }
    const name = (await dockerd.docker(['run', '-d', 'busybox', 'sleep', '1000'])).trim();
    const env = { DOCKER_HOST: dockerd.host };
    await repeatMs(2, () => exec('docker', ['exec', name, 'true'], { env }));
    report.add(
      dockerdExecRow,
      await repeatMs(runs, () => execOk('docker', ['exec', name, 'true'], { env })),
    );
    await dockerd.docker(['rm', '-f', name]);
  } finally {
    await dockerd.dispose();
  }
}
