/** nginx on the shared base: the server, its libraries, a configuration and a page to see. */
import { readFile } from 'node:fs/promises';
import { packLayer } from '../oci.mjs';
import { addPackages, finishLayer } from './base.mjs';
import { addSystemFiles, pathVariable } from './system-files.mjs';

const files = new URL('../files/nginx/', import.meta.url);

export async function nginx(sets, base) {
  const { tree, packages } = await addPackages(sets, 'nginx', base);
  for (const path of ['modules-available', 'modules-enabled', 'sites-available', 'sites-enabled']) {
    tree.remove(`etc/nginx/${path}`);
  }
  tree.remove('etc/nginx/snippets');
  tree.remove('usr/share/nginx/modules');
  addSystemFiles(tree, {
    users: ['nginx:x:101:101:nginx:/nonexistent:/bin/false'],
    groups: ['nginx:x:101:'],
  });
  tree.file('etc/nginx/nginx.conf', await readFile(new URL('nginx.conf', files)));
  tree.file('etc/nginx/conf.d/default.conf', await readFile(new URL('default.conf', files)));
  tree.file('usr/share/nginx/html/index.html', await readFile(new URL('index.html', files)));
  tree.directory('var/lib/nginx');
  tree.directory('var/log/nginx');
  tree.symlink('var/log/nginx/access.log', '/dev/stdout');
  tree.symlink('var/log/nginx/error.log', '/dev/stderr');
  finishLayer(base, tree);
  return {
    name: 'library/nginx',
    tags: ['latest', '1', '1.22', '1.22.1', 'stable'],
    layers: [base.layer, await packLayer(tree, 'ADD nginx of Debian 12 (bookworm) /')],
    config: {
      Env: [pathVariable, 'NGINX_VERSION=1.22.1'],
      Cmd: ['nginx', '-g', 'daemon off;'],
      ExposedPorts: { '80/tcp': {} },
      StopSignal: 'SIGQUIT',
      WorkingDir: '/',
    },
    title: 'nginx',
    description: 'nginx of Debian 12 (bookworm) on a small base',
    licenses: 'BSD-2-Clause',
    version: '1.22.1',
    packages: [...packages, ...base.packages],
  };
}
