/** What the views of the machine are told is what Docker and the kernel say: processes, cgroups, links, rules. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MachineNetworkResponse } from '../../src/api/machine-network.ts';
import { namespaceKinds, type ProcessesResponse } from '../../src/api/processes.ts';
import { ApiClient } from '../../src/client/api-client.ts';
import { machineNetwork, machineProcesses } from '../../src/client/see.ts';
import { type TestHost, startTestHost } from '../support/host.ts';

let host: TestHost;

beforeAll(async () => {
  host = await startTestHost();
  await host.run('docker pull -q busybox && docker network create shop');
  const web = '--name web --network shop --memory 32m --pids-limit 40 --cpus 0.5 -p 8080:80';
  await host.run(`docker run -d ${web} busybox sleep 1000`);
}, 180_000);

afterAll(async () => {
  await host.dispose();
});

const say = async (line: string): Promise<string> => (await host.run(line)).stdout.trim();

test('processes are those of /proc, and the cgroup’s limits those of docker inspect', async () => {
  const reading: ProcessesResponse = await machineProcesses(new ApiClient(host.host.api));
  const [id = '', pid = '', memory = '', pids = ''] = (
    await say(
      "docker inspect -f '{{.Id}} {{.State.Pid}} {{.HostConfig.Memory}} {{.HostConfig.PidsLimit}}' web",
    )
  ).split(' ');
  expect(reading.controlGroups).toMatchObject([
    {
      containerId: id,
      containerName: 'web',
      initPid: Number(pid),
      memoryBytesMax: Number(memory),
      pidsMax: Number(pids),
      cpuQuotaMicroseconds: 50_000,
      cpuPeriodMicroseconds: 100_000,
      pids: 1,
    },
  ]);
  const init = reading.processes.find((process) => process.pid === Number(pid));
  expect(init).toMatchObject({
    namespacePids: [Number(pid), 1],
    command: 'sleep 1000',
    user: 'root',
    containerId: id,
  });
  const machine = reading.processes.find((process) => process.pid === 1);
  for (const kind of namespaceKinds) {
    const inode = (await say(`readlink /proc/${pid}/ns/${kind}`)).replace(/\D/g, '');
    expect(String(init?.namespaces[kind] ?? '')).toBe(inode);
    expect(init?.namespaces[kind] === machine?.namespaces[kind]).toBe(
      ['user', 'time'].includes(kind),
    );
  }
}, 60_000);

test('the network is that of the kernel: veth pair, address, route, rules of the port', async () => {
  const network: MachineNetworkResponse = await machineNetwork(new ApiClient(host.host.api));
  const [bridge = '', address = '', mac = ''] = (
    await say(
      "docker inspect -f 'br-{{slice .NetworkSettings.Networks.shop.NetworkID 0 12}} {{.NetworkSettings.Networks.shop.IPAddress}} {{.NetworkSettings.Networks.shop.MacAddress}}' web",
    )
  ).split(' ');
  const [endpoint] = network.endpoints;
  expect(endpoint).toMatchObject({
    containerName: 'web',
    device: bridge,
    address,
    macAddress: mac,
  });
  const veth = network.links.find(({ name }) => name === endpoint?.hostInterfaceName);
  expect(veth).toMatchObject({ kind: 'veth', master: bridge, up: true });
  // The container names the machine's end by its index.
  expect(await say('docker exec web cat /sys/class/net/eth0/iflink')).toBe(String(veth?.index));
  expect(network.links.find(({ name }) => name === bridge)?.kind).toBe('bridge');
  expect(network.routes.some(({ device }) => device === bridge)).toBe(true);
  const dnat = `--to-destination ${address}:80`;
  expect(network.rules.some(({ table, text }) => table === 'nat' && text.includes(dnat))).toBe(
    true,
  );
}, 60_000);
