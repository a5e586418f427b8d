/** Builds a case with Debian's buildah, natively and without a daemon. Needs root. */
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { exec, execOk } from '../support/process.ts';
import { type BuildCase, filesOf } from './case.ts';
import { type Tree, readSaved } from './image-tree.ts';
import { type BuildResult, resultOf } from './result.ts';

export interface Buildah {
  build(one: BuildCase, base: Tree): Promise<BuildResult>;
  dispose(): Promise<void>;
}

/** With storage of its own, in which the base image is. `archive` is what `docker load` takes. */
export async function startBuildah(archive: Uint8Array): Promise<Buildah> {
  const folder = await mkdtemp(join(tmpdir(), 'bottleship-buildah-'));
  const storage = ['--root', join(folder, 'root'), '--runroot', join(folder, 'run')];
  const buildah = [...storage, '--storage-driver', 'vfs'];
  await writeFile(join(folder, 'base.tar'), archive);
  const source = `docker-archive:${join(folder, 'base.tar')}:docker.io/library/busybox:latest`;
  await execOk('buildah', [...buildah, 'pull', source]);
  return {
    build: async (one, base) => {
      const context = join(folder, one.name);
      await writeContext(context, one);
      const options = ['--isolation', 'chroot', '--layers', '--format', 'docker', '--pull-never'];
      const named = ['-t', one.name, '-f', join(context, one.dockerfile)];
      const given = one.args.flatMap((arg) => ['--build-arg', arg]);
      const bud = [...buildah, 'bud', ...options, ...named, ...given, context];
      const { exitCode, stderr } = await exec('buildah', bud);
      if (exitCode !== 0) return { error: { status: 200, message: stderr.trim() } };
      const output = join(folder, `${one.name}.tar`);
      await execOk('buildah', [...buildah, 'push', one.name, `docker-archive:${output}`]);
      return resultOf(readSaved(await readFile(output)), base);
    },
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}

async function writeContext(folder: string, one: BuildCase): Promise<void> {
  for (const { path, mode, linkTarget, content } of filesOf(one, { forPeer: true })) {
    const place = join(folder, path);
    await mkdir(dirname(place), { recursive: true });
    if (linkTarget === undefined) await writeFile(place, content, { mode });
    else await symlink(linkTarget, place);
  }
}
