/** The native peers of a build: `buildah bud` in storage of its own, and `tar | sha256sum` of a context. Needs root. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFixtures } from '../../oracle/fixtures.ts';
import { execOk } from '../../support/process.ts';
import { timeMs } from '../stats.ts';

export interface BuildahPeer {
  /** Milliseconds of one build of a folder that has a Dockerfile. */
  build(folder: string, options?: { readonly noCache?: boolean }): Promise<number>;
  dispose(): Promise<void>;
}

/** Has the bundled busybox. */
export async function startBuildahPeer(): Promise<BuildahPeer> {
  const folder = await mkdtemp(join(tmpdir(), 'bottleship-buildah-'));
  const storage = ['--root', join(folder, 'root'), '--runroot', join(folder, 'run')];
  const buildah = [...storage, '--storage-driver', 'vfs'];
  const { archive } = await createFixtures();
  await writeFile(join(folder, 'base.tar'), archive);
  const source = `docker-archive:${join(folder, 'base.tar')}:docker.io/library/busybox:latest`;
  await execOk('buildah', [...buildah, 'pull', '-q', source]);
  const options = '--isolation chroot --layers --format docker --pull-never -q -t bench'.split(' ');
  return {
    build: (context, { noCache = false } = {}) =>
      timeMs(() =>
        execOk('buildah', [
          ...buildah,
          'bud',
          ...options,
          ...(noCache ? ['--no-cache'] : []),
          context,
        ]),
      ),
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Milliseconds of `tar | sha256sum` of a folder. */
export function checksumMs(folder: string): Promise<number> {
  return timeMs(() => execOk('sh', ['-c', 'tar -C "$0" -c . | sha256sum', folder]));
}
