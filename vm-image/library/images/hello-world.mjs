/** hello-world: a static C program of about a kilobyte; nothing else is in the image. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FileTree } from '../../support/file-tree.mjs';
import { run } from '../../support/run.mjs';
import { words } from '../../support/words.mjs';
import { packLayer } from '../oci.mjs';
import { pathVariable } from './system-files.mjs';

/** Nothing but the program's own code and text in the file. */
const compilerFlags = words(`
  -m32 -march=i686 -Os -ffreestanding -fno-pic -fno-stack-protector -fcf-protection=none
  -fno-asynchronous-unwind-tables -Wall -Wextra -Werror -nostdlib -static -no-pie -s
  -Wl,--build-id=none -Wl,-z,noseparate-code -Wl,-z,noexecstack
`);

export async function helloWorld() {
  const folder = await mkdtemp(join(tmpdir(), 'bottleship-hello-'));
  try {
    const program = join(folder, 'hello');
    const source = fileURLToPath(new URL('../hello.c', import.meta.url));
    await run('gcc', [...compilerFlags, '-o', program, source]);
    const tree = new FileTree();
    tree.file('hello', await readFile(program), { mode: 0o755 });
    return {
      name: 'library/hello-world',
      tags: ['latest', 'linux'],
      layers: [await packLayer(tree, 'COPY hello /')],
      config: { Env: [pathVariable], Cmd: ['/hello'], WorkingDir: '/' },
      title: 'hello-world',
      description: 'Shows that Bottleship works and tells how',
      licenses: 'Apache-2.0',
      version: '1.0.0',
      packages: [],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
