/** busybox: one static program under all its names. */
import { FileTree } from '../../support/file-tree.mjs';
import { packLayer } from '../oci.mjs';
import { addSystemFiles, pathVariable } from './system-files.mjs';

export async function busybox(sets) {
  const files = sets.busybox;
  const tree = new FileTree();
  addBusybox(tree, await files.entries('busybox-static'), 'bin');
  addSystemFiles(tree);
  return {
    name: 'library/busybox',
    tags: ['latest', '1', '1.35', '1.35.0', 'stable'],
    layers: [await packLayer(tree, 'ADD busybox-static of Debian 12 (bookworm) /')],
    config: { Env: [pathVariable], Cmd: ['sh'], WorkingDir: '/' },
    title: 'busybox',
    description: 'BusyBox of Debian 12 (bookworm)',
    licenses: 'GPL-2.0-only',
    version: '1.35.0',
    packages: files.packages,
  };
}

/** The program and a hard link for each name it answers to. */
export function addBusybox(tree, entries, folder) {
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
function busyboxApplets(program) {
  const start = program.indexOf(Buffer.from('\0[\0[[\0')) + 1;
  const end = program.indexOf(Buffer.from('\0\0'), start);
  if (start === 0 || end === -1) throw new Error('Cannot find the applets of busybox');
  return program.subarray(start, end).toString().split('\0');
}
