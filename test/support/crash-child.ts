/**
 * A host that works until it is killed: pulls, loads, commits, copies and writes to a volume, over and over. First it
 * proves that what the one before left is whole. Lines on stdout: `ready`, then `synced <n>` for each file of the
 * volume that reached the disk.
 *
 * Arguments: the data root, and the number of the last file known to be synced.
 */
import { startNodeHost, type NodeHost } from '../../src/node/node-host.ts';

const [dataRoot = '', lastText = '0'] = process.argv.slice(2);
const last = Number(lastText);
const node = await startNodeHost({ dataRoot, memorySizeBytes: 272 * 1024 * 1024 });

async function run(commandLine: string): Promise<string> {
  const { stdout, stderr, exitCode } = await node.host.run(commandLine);
  if (exitCode !== 0) throw new Error(`Cannot run ${commandLine}: ${stdout}${stderr}`);
  return stdout;
}

/** Reading a blob compares it with its digest. */
async function readAllBlobs({ content }: NodeHost): Promise<void> {
  for (const { digest } of await content.list())
    for await (const chunk of content.stream(digest)) void chunk.length;
}

await node.host.ready;
await readAllBlobs(node);
await run('docker image inspect busybox >/dev/null 2>&1 || docker pull -q busybox');
// Every file of every image that has a name can be read, and every synced file is what was written. Not all have a `true`.
await run(
  'set -o pipefail; for i in $(docker images -q | sort -u); do c=$(docker create $i x) && ' +
    'docker export $c | tar t > /dev/null && docker rm $c > /dev/null || exit 1; done',
);
if (last > 0) {
  const check = `yes ${last} | head -c 100000 | cmp - /d/${last}`;
  await run(`docker run --rm -v data:/d busybox sh -c '${check}'`);
}
await run('docker rm -f $(docker ps -aq) >/dev/null 2>&1 || true');
console.log('ready');

await run('docker run -d --name worker -v data:/d busybox sleep 100000');
const others = [
  'docker rmi -f hello-world; docker pull -q hello-world',
  'docker save busybox -o /tmp/image.tar; docker load -qi /tmp/image.tar',
  'docker commit --pause=false worker copy; docker rmi copy',
  'docker cp /etc/services worker:/tmp/services; docker cp worker:/tmp/services /tmp/back',
];
for (let n = last + 1; ; n += 1) {
  const write = `yes ${n} | head -c 100000 > /d/${n} && sync /d/${n} && rm -f /d/${n - 2}`;
  await Promise.all([
    run(`docker exec worker sh -c '${write}'`).then(() => console.log(`synced ${n}`)),
    run(others[n % others.length] ?? 'true').catch(() => undefined),
  ]);
}
