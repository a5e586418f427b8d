/** What each image of the bundled library holds and how it starts. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FileTree } from '../support/file-tree.mjs';
import { run } from '../support/run.mjs';
import { words } from '../support/words.mjs';
import { packLayer } from './oci.mjs';

const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Nothing but the program's own code and text in the file. */
const compilerFlags = words(`
  -m32 -march=i686 -Os -ffreestanding -fno-pic -fno-stack-protector -fcf-protection=none
  -fno-asynchronous-unwind-tables -Wall -Wextra -Werror -nostdlib -static -no-pie -s
  -Wl,--build-id=none -Wl,-z,noseparate-code -Wl,-z,noexecstack
`);

/** A static C program of a few kilobytes; nothing else is in the image. */
export async function helloWorld() {
  const folder = await mkdtemp(join(tmpdir(), 'bottleship-hello-'));
  try {
    const program = join(folder, 'hello');
    const source = fileURLToPath(new URL('hello.c', import.meta.url));
    await run('gcc', [...compilerFlags, '-o', program, source]);
    const tree = new FileTree();
    tree.file('hello', await readFile(program), { mode: 0o755 });
    return {
      name: 'library/hello-world',
      tags: ['latest', 'linux'],
      layers: [await packLayer(tree, 'COPY hello /')],
      config: { Env: [path], Cmd: ['/hello'], WorkingDir: '/' },
      title: 'hello-world',
      description: 'Shows that Bottleship works and tells how',
      licenses: 'Apache-2.0',
      packages: [],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** One static program under all its names. */
export async function busybox(sets) {
  const files = sets.busybox;
  const tree = new FileTree();
  addBusybox(tree, await files.entries('busybox-static'), 'bin');
  addSystemFiles(tree);
  return {
    name: 'library/busybox',
    tags: ['latest', '1', '1.35', '1.35.0', 'stable'],
    layers: [await packLayer(tree, 'ADD busybox-static of Debian 12 (bookworm) /')],
    config: { Env: [path], Cmd: ['sh'], WorkingDir: '/' },
    title: 'busybox',
    description: 'BusyBox of Debian 12 (bookworm)',
    licenses: 'GPL-2.0-only',
    packages: files.packages,
  };
}

/** The program and a hard link for each name it answers to; listed by the program itself. */
function addBusybox(tree, entries, folder) {
  const program = entries.find((entry) => entry.path === 'bin/busybox');
  const copyright = entries.find(
    (entry) => entry.path === 'usr/share/doc/busybox-static/copyright',
  );
  tree.file(`${folder}/busybox`, program.content, { mode: 0o755 });
  tree.file(copyright.path, copyright.content);
  for (const applet of busyboxApplets(program.content)) {
    if (!tree.has(`${folder}/${applet}`)) tree.link(`${folder}/${applet}`, `${folder}/busybox`);
  }
}

/**
 * The applet names, which lie in the program as one run of strings that starts with `[` and `[[`.
 * Read, not asked of the program, so that building needs no i386 processor.
 */
export function busyboxApplets(program) {
  const start = program.indexOf(Buffer.from('\0[\0[[\0')) + 1;
  const end = program.indexOf(Buffer.from('\0\0'), start);
  if (start === 0 || end === -1) throw new Error('Cannot find the applets of busybox');
  return program.subarray(start, end).toString().split('\0');
}

/** What every small image needs beside its programs: users, names and the usual folders. */
function addSystemFiles(tree, { users = [], groups = [] } = {}) {
  const lines = (rows) => rows.map((row) => `${row}\n`).join('');
  tree.file(
    'etc/passwd',
    lines([
      'root:x:0:0:root:/root:/bin/sh',
      'daemon:x:1:1:daemon:/usr/sbin:/bin/false',
      'bin:x:2:2:bin:/bin:/bin/false',
      'www-data:x:33:33:www-data:/var/www:/bin/false',
      ...users,
      'nobody:x:65534:65534:nobody:/home:/bin/false',
    ]),
  );
  tree.file(
    'etc/group',
    lines([
      ...words('root:x:0: daemon:x:1: bin:x:2: tty:x:5: www-data:x:33: users:x:100:'),
      ...groups,
      'nogroup:x:65534:',
    ]),
  );
  tree.file('etc/shadow', lines(['root:*:20454:0:99999:7:::', 'nobody:*:20454:0:99999:7:::']), {
    mode: 0o600,
  });
  tree.file('etc/nsswitch.conf', lines(['passwd: files', 'group: files', 'hosts: files dns']));
  for (const folder of ['dev', 'etc', 'home', 'proc', 'sys', 'usr/bin', 'usr/sbin', 'var/spool']) {
    if (!tree.has(folder)) tree.directory(folder);
  }
  tree.directory('root', { mode: 0o700 });
  tree.directory('tmp', { mode: 0o1777 });
  tree.directory('var/tmp', { mode: 0o1777 });
}

export const recipes = { helloWorld, busybox };
