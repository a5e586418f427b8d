/** The native peer: `docker run --rm busybox true` on a real dockerd of this machine. */
import { mkdtemp, mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDockerd } from '../../support/dockerd.ts';
import { exec, execOk } from '../../support/process.ts';
import type { Report } from '../report.ts';
import { repeatMs, timeMs } from '../stats.ts';

export const dockerdRunRow = 'native dockerd, --network bridge: run --rm busybox true';
export const dockerdExecRow = 'native dockerd: exec true';

/** A root file system with Debian's static i386 busybox and its applets; the caller removes it. */
async function busyboxTree(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bottleship-busybox-'));
  await execOk('apt-get', ['download', '-q', 'busybox-static:i386'], { cwd: folder });
  const [deb] = (await readdir(folder)).filter((name) => name.endsWith('.deb'));
  if (deb === undefined) throw new Error('Cannot find the busybox package that was downloaded');
  const root = join(folder, 'root');
  await execOk('dpkg', ['-x', join(folder, deb), root]);
  for (const name of ['proc', 'sys', 'dev', 'etc', 'tmp']) await mkdir(join(root, name));
  const applets = (await execOk(join(root, 'bin/busybox'), ['--list'])).trim().split('\n');
  for (const name of applets)
    if (name !== 'busybox') await symlink('busybox', join(root, 'bin', name));
  return folder;
}

export async function benchDockerd(report: Report, { runs }: { runs: number }): Promise<void> {
  const tree = await busyboxTree();
  const dockerd = await startDockerd();
  try {
    const archive = join(tree, 'busybox.tar');
    await execOk('tar', ['-cf', archive, '-C', join(tree, 'root'), '.']);
    await dockerd.docker(['import', '--platform', 'linux/386', archive, 'busybox']);
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
    await rm(tree, { recursive: true, force: true });
  }
}
