/** How much directories of the machine hold, measured by the machine's own find. */
import type { SetupPlan } from '../guest/plan.ts';
import type { Container } from './container/container.ts';
import type { Daemon } from './daemon.ts';
import { defaultPath } from './spec/environment.ts';
import { containerPaths } from './spec/paths.ts';

/**
 * Bytes of the files below each path, as dockerd counts them: directories are nothing, and a file with several names
 * counts once. A path that is not there holds nothing.
 */
export async function measureDirectories(
  daemon: Daemon,
  paths: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map(paths.map((path) => [path, 0]));
  if (paths.length === 0) return sizes;
  const cause = 'Measure what lies on the disk';
  const argv = ['find', ...paths, '-xdev', '!', '-type', 'd', '-printf', '%i %s %H\\n'];
  const plan: SetupPlan = {
    before: [],
    clone: { namespaces: [] },
    child: [
      { operation: { op: 'setsid' }, cause },
      { operation: { op: 'exec', path: 'find', argv, env: [`PATH=${defaultPath}`] }, cause },
    ],
  };
  const stdio = { stdin: false, stdout: true, stderr: false };
  const process = await daemon.guest.run(plan, { stdio });
  const seen = new Set<string>();
  for await (const line of lines(process.stdout)) {
    const [inode = '', size = '', path = ''] = line.split(' ');
    const known = sizes.get(path);
    const file = `${path}\0${inode}`;
    if (known === undefined || seen.has(file)) continue;
    seen.add(file);
    sizes.set(path, known + Number(size));
  }
  // It fails for what went away meanwhile, and says what it saw.
  await process.exit;
  return sizes;
}

/** Bytes of each container's writable layer, by ID. */
export async function writableSizes(
  daemon: Daemon,
  containers: readonly Container[],
): Promise<ReadonlyMap<string, number>> {
  const sizes = await measureDirectories(
    daemon,
    containers.map(({ id }) => containerPaths(id).upper),
  );
  return new Map(containers.map(({ id }) => [id, sizes.get(containerPaths(id).upper) ?? 0]));
}

async function* lines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    yield* parts;
  }
}
