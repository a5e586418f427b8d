/** Networks of an engine without a machine: what the API says of them, and what the machine is told to do. */
import { describe, expect, test } from 'vitest';
import type { ContainerInspect } from '../src/api/container.ts';
import type { NetworkInspect } from '../src/api/network.ts';
import type { SetupOperation } from '../src/guest/plan.ts';
import { createFakeEngine, type FakeEngine } from './support/fake-engine.ts';
import { createMemoryRecordStore } from './support/memory-stores.ts';

async function inspect(engine: FakeEngine, name: string): Promise<ContainerInspect> {
  return (await engine.call('GET', `/containers/${name}/json`)).json as ContainerInspect;
}

async function createNetwork(engine: FakeEngine, body: object): Promise<number> {
  return (await engine.call('POST', '/networks/create', body)).status;
}

const message = (answer: { readonly json: unknown }): string =>
  (answer.json as { message: string }).message;

describe('networks', () => {
  test('are made, shown and removed', async () => {
    const engine = await createFakeEngine();
    expect(await createNetwork(engine, { Name: 'net', Labels: { a: '1' } })).toBe(201);
    const made = engine.guest.applied.at(-1)?.before.map(({ operation }) => operation.op);
    expect(made).toEqual(['linkAdd', 'addressAdd', 'linkSet']);
    const network = (await engine.call('GET', '/networks/net')).json as NetworkInspect;
    expect(network).toMatchObject({
      Driver: 'bridge',
      IPAM: { Config: [{ Subnet: '172.18.0.0/16', Gateway: '172.18.0.1' }] },
      Labels: { a: '1' },
    });
    expect((await engine.call('GET', `/networks/${network.Id.slice(0, 9)}`)).status).toBe(200);
    expect(await createNetwork(engine, { Name: 'net' })).toBe(409);
    expect((await engine.call('DELETE', '/networks/net')).status).toBe(204);
    expect((await engine.call('DELETE', '/networks/bridge')).status).toBe(403);
    expect((await engine.call('GET', '/networks/net')).status).toBe(404);
  });

  test('come back after a restart', async () => {
    const state = createMemoryRecordStore();
    const before = await createFakeEngine({ state });
    await createNetwork(before, { Name: 'net', IPAM: { Config: [{ Subnet: '10.7.0.0/24' }] } });
    const after = await createFakeEngine({ state });
    await after.engine.restored;
    const network = (await after.call('GET', '/networks/net')).json as NetworkInspect;
    expect(network.IPAM.Config).toEqual([{ Subnet: '10.7.0.0/24' }]);
  });
});

describe('networks that hold a configuration', () => {
  test('give it to others, and stay while these are there', async () => {
    const engine = await createFakeEngine();
    const Config = [{ Subnet: '10.7.0.0/24' }];
    const conf = { Name: 'conf', ConfigOnly: true, IPAM: { Config }, Labels: { a: '1' } };
    expect(await createNetwork(engine, conf)).toBe(201);
    const ConfigFrom = { Network: 'conf' };
    const own = { Name: 'own', ConfigFrom, Options: { a: 'b' } };
    expect(await createNetwork(engine, own)).toBe(403);
    expect(await createNetwork(engine, { Name: 'net', ConfigFrom })).toBe(201);
    const network = (await engine.call('GET', '/networks/net')).json as NetworkInspect;
    expect(network).toMatchObject({ ConfigFrom, IPAM: { Config }, Labels: { a: '1' } });
    expect((await engine.call('DELETE', '/networks/conf')).status).toBe(403);
    await engine.create({ HostConfig: { NetworkMode: 'conf' } }, 'cc');
    expect((await engine.call('POST', '/containers/cc/start')).status).toBe(403);
    expect((await engine.call('DELETE', '/networks/net')).status).toBe(204);
    expect((await engine.call('DELETE', '/networks/conf')).status).toBe(204);
  });
});

describe('a container on networks', () => {
  test('joins and leaves while it runs', async () => {
    const engine = await createFakeEngine();
    await createNetwork(engine, { Name: 'one' });
    const asked = { Config: [{ Subnet: '172.19.0.0/16' }] };
    await createNetwork(engine, { Name: 'two', IPAM: asked });
    await engine.create({ HostConfig: { NetworkMode: 'one' } }, 'cc');
    await engine.call('POST', '/containers/cc/start');
    const IPAMConfig = { IPv4Address: '172.19.0.7' };
    const body = { Container: 'cc', EndpointConfig: { IPAMConfig, Aliases: ['web'] } };
    expect((await engine.call('POST', '/networks/two/connect', body)).status).toBe(200);
    const { Networks } = (await inspect(engine, 'cc')).NetworkSettings;
    expect(Networks['one']).toMatchObject({ IPAddress: '172.18.0.2', Gateway: '172.18.0.1' });
    expect(Networks['two']).toMatchObject({ IPAddress: '172.19.0.7', IPAMConfig });
    expect(Networks['two']?.DNSNames?.slice(0, 2)).toEqual(['cc', 'web']);
    const used = await engine.call('DELETE', '/networks/two');
    expect(used.status).toBe(403);
    expect(message(used)).toMatch(
      /^error while removing network: network two has active endpoints/,
    );
    const leave = { Container: 'cc', Force: false };
    expect((await engine.call('POST', '/networks/one/disconnect', leave)).status).toBe(200);
    const way = engine.guest.applied.at(-1)?.before.at(-1)?.operation;
    expect(way).toMatchObject({ op: 'routeAdd', gateway: '172.19.0.1', link: 'eth1' });
    expect((await engine.call('DELETE', '/networks/one')).status).toBe(204);
  });

  test('has the way out of each family where the highest priority is that has it', async () => {
    const engine = await createFakeEngine();
    const six = {
      EnableIPv4: false,
      EnableIPv6: true,
      IPAM: { Config: [{ Subnet: 'fd00:6::/64' }] },
    };
    await createNetwork(engine, { Name: 'aa', ...six });
    await createNetwork(engine, { Name: 'bb' });
    await createNetwork(engine, { Name: 'cc' });
    const EndpointsConfig = { aa: {}, bb: {}, cc: { GwPriority: 1 } };
    const HostConfig = { NetworkMode: 'aa' };
    await engine.create({ HostConfig, NetworkingConfig: { EndpointsConfig } }, 'box');
    expect((await engine.call('POST', '/containers/box/start')).status).toBe(204);
    const ways = (steps: readonly { readonly operation: SetupOperation }[] = []) =>
      steps.flatMap(({ operation }) => operation.op === 'routeAdd' ? [operation.gateway] : []); // prettier-ignore
    expect(ways(engine.guest.plans.at(-1)?.child)).toEqual(['fd00:6::1', '172.19.0.1']);
    const leave = { Container: 'box', Force: false };
    await engine.call('POST', '/networks/cc/disconnect', leave);
    expect(ways(engine.guest.applied.at(-1)?.before)).toEqual(['172.18.0.1']);
    await engine.call('POST', '/networks/aa/disconnect', leave);
    expect(ways(engine.guest.applied.at(-1)?.before)).toEqual([]);
    const EndpointConfig = { GwPriority: 2 };
    await engine.call('POST', '/networks/aa/connect', { Container: 'box', EndpointConfig });
    expect(ways(engine.guest.applied.at(-1)?.before)).toEqual(['fd00:6::1']);
  });

  test('publishes ports once', async () => {
    const engine = await createFakeEngine();
    const HostConfig = { PortBindings: { '80/tcp': [{ HostPort: '8080' }] } };
    await engine.create({ HostConfig }, 'aa');
    await engine.create({ HostConfig }, 'bb');
    expect((await engine.call('POST', '/containers/aa/start')).status).toBe(204);
    expect((await inspect(engine, 'aa')).NetworkSettings.Ports).toEqual({
      '80/tcp': [
        { HostIp: '0.0.0.0', HostPort: '8080' },
        { HostIp: '::', HostPort: '8080' },
      ],
    });
    const refused = await engine.call('POST', '/containers/bb/start');
    expect(refused.status).toBe(500);
    expect(message(refused)).toMatch(
      /^failed to set up container networking: driver failed programming external connectivity on endpoint bb \([0-9a-f]{64}\): Bind for 0\.0\.0\.0:8080 failed: port is already allocated$/,
    );
    await engine.call('POST', '/containers/aa/stop');
    expect(engine.guest.programs.filter(({ alive }) => alive)).toEqual([]);
    expect((await engine.call('POST', '/containers/bb/start')).status).toBe(204);
  });

  test('does not start on a network that is not there', async () => {
    const engine = await createFakeEngine();
    await engine.create({ HostConfig: { NetworkMode: 'nosuch' } }, 'cc');
    const { status, json } = await engine.call('POST', '/containers/cc/start');
    expect(status).toBe(404);
    expect(message({ json })).toBe(
      'failed to set up container networking: network nosuch not found',
    );
  });

  test('knows by name and variables whom it is linked to', async () => {
    const engine = await createFakeEngine();
    await engine.create(
      { ExposedPorts: { '6379/tcp': {} }, Env: ['K=v'], Hostname: 'h1' },
      'store',
    );
    const id = await engine.create({ HostConfig: { Links: ['store:db'] } }, 'cc');
    const early = await engine.call('POST', '/containers/cc/start');
    expect(message(early)).toBe('cannot link to a non running container: /store AS /cc/db');
    await engine.call('POST', '/containers/store/start');
    expect((await engine.call('POST', '/containers/cc/start')).status).toBe(204);
    const { before, child } = engine.guest.plans.at(-1) ?? {};
    const exec = child?.at(-1)?.operation;
    expect(exec?.op === 'exec' ? exec.env : []).toEqual(
      expect.arrayContaining([
        'DB_PORT=tcp://172.17.0.2:6379',
        'DB_PORT_6379_TCP_ADDR=172.17.0.2',
        'DB_NAME=/cc/db',
        'DB_ENV_K=v',
      ]),
    );
    const hosts = before?.find(
      ({ operation }) => operation.op === 'writeFile' && operation.path.endsWith(`${id}/hosts`),
    )?.operation;
    const text = hosts?.op === 'writeFile' ? new TextDecoder().decode(hosts.content) : '';
    expect(text).toContain('172.17.0.2\tdb h1 store\n');
    expect((await inspect(engine, 'cc')).HostConfig.Links).toEqual(['/store:/cc/db']);
  });
});
