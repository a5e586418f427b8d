/**
 * Recipe of the first root: the agent as /init, the directories it mounts on, and the console that
 * the kernel opens for it. Uncompressed, because inflating it would cost the guest more time than
 * HTTP compression costs anybody.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeCpio } from '../support/cpio.mjs';
import { sourceDateEpochSeconds } from '../support/run.mjs';

const directory = (path) => ({ path, type: 'dir', mode: 0o755 });

/** `agentPath` is the static program the agent's recipe built. */
export async function build({ outputFolder, agentPath }) {
  const archive = writeCpio(entries(await readFile(agentPath)), {
    mtimeSeconds: sourceDateEpochSeconds,
  });
  await mkdir(join(outputFolder, 'machine'), { recursive: true });
  await writeFile(join(outputFolder, 'machine/initramfs.cpio'), archive);
}

/** The archive's content around a program that becomes PID 1. */
export function entries(init) {
  return [
    directory('dev'),
    { path: 'dev/console', type: 'char', mode: 0o600, device: [5, 1] },
    { path: 'dev/null', type: 'char', mode: 0o666, device: [1, 3] },
    directory('proc'),
    directory('run'),
    directory('sys'),
    { path: 'init', type: 'file', mode: 0o755, content: init },
  ];
}
