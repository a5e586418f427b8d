/** redis on the shared base: server, client and tools. */
import { readFile } from 'node:fs/promises';
import { packLayer } from '../oci.mjs';
import { addPackages, finishLayer } from './base.mjs';
import { addSystemFiles, pathVariable } from './system-files.mjs';

const owner = { uid: 999, gid: 999 };

export async function redis(sets, base) {
  const { tree, packages } = await addPackages(sets, 'redis', base);
  tree.remove('etc/redis');
  addSystemFiles(tree, {
    users: ['redis:x:999:999:redis:/data:/bin/false'],
    groups: ['redis:x:999:'],
  });
  // Debian ships the one program three times.
  for (const name of ['redis-server', 'redis-check-aof']) {
    tree.remove(`usr/bin/${name}`);
    tree.symlink(`usr/bin/${name}`, 'redis-check-rdb');
  }
  const entrypoint = await readFile(
    new URL('../files/redis/docker-entrypoint.sh', import.meta.url),
  );
  tree.file('usr/local/bin/docker-entrypoint.sh', entrypoint, { mode: 0o755 });
  tree.directory('data', owner);
  finishLayer(base, tree);
  return {
    name: 'library/redis',
    tags: ['latest', '7', '7.0', '7.0.15'],
    layers: [base.layer, await packLayer(tree, 'ADD redis of Debian 12 (bookworm) /')],
    config: {
      Env: [pathVariable, 'REDIS_VERSION=7.0.15'],
      Entrypoint: ['docker-entrypoint.sh'],
      Cmd: ['redis-server'],
      ExposedPorts: { '6379/tcp': {} },
      Volumes: { '/data': {} },
      WorkingDir: '/data',
    },
    title: 'redis',
    description: 'Redis of Debian 12 (bookworm) on a small base',
    licenses: 'BSD-3-Clause',
    version: '7.0.15',
    packages: [...packages, ...base.packages],
  };
}
