/** Networks, endpoints and published ports. */
import { filters, type Step, type Topic } from '../scenario.ts';
import { created } from './states.ts';

const create = (body: Readonly<Record<string, unknown>>): Step => ({
  request: 'POST /networks/create',
  body,
});
const subnet = (text: string, more: Readonly<Record<string, unknown>> = {}) => ({
  IPAM: { Config: [{ Subnet: text, ...more }] },
});
const list = (values: Readonly<Record<string, readonly string[]>>): Step => ({
  request: `GET /networks?${filters(values)}`,
  sort: { '': 'Name' },
});
const connect = (network: string, body: Readonly<Record<string, unknown>>): Step => ({
  request: `POST /networks/${network}/connect`,
  body,
});
const disconnect = (network: string, body: Readonly<Record<string, unknown>>): Step => ({
  request: `POST /networks/${network}/disconnect`,
  body,
});
const networksOf = (name: string): Step => ({
  request: `GET /containers/${name}/json`,
  pick: ['NetworkSettings.Networks', 'NetworkSettings.Ports'],
});
const sleeping = { Image: 'busybox', Cmd: ['sleep', '1000'], StopSignal: 'KILL' };

export const networks: Topic = {
  name: 'networks',
  scenarios: [
    {
      name: 'create, inspect, remove',
      steps: [
        create({ Name: 'n1', ...subnet('10.91.0.0/24') }),
        { request: 'GET /networks/n1' },
        create({ Name: 'n1' }),
        create({ Name: 'n1', CheckDuplicate: true }),
        create({
          Name: 'n2',
          Driver: 'bridge',
          Internal: true,
          Attachable: true,
          Labels: { a: '1' },
          Options: { 'com.docker.network.bridge.name': 'br-oracle' },
          ...subnet('10.92.0.0/16', {
            IPRange: '10.92.5.0/24',
            Gateway: '10.92.5.1',
            AuxiliaryAddresses: { host: '10.92.5.2' },
          }),
        }),
        { request: 'GET /networks/n2' },
        create({ Name: 'n3', ...subnet('10.91.0.0/16') }),
        list({ name: ['n'], type: ['custom'] }),
        list({ driver: ['bridge'], type: ['custom'] }),
        list({ label: ['a=1'] }),
        list({ dangling: ['true'] }),
        list({ scope: ['local'], name: ['n1'] }),
        { request: `GET /networks?${filters({ type: ['x'] })}` },
        { request: `GET /networks?${filters({ nosuch: ['x'] })}` },
        { request: `GET /networks?${filters({ dangling: ['x'] })}` },
        { request: 'DELETE /networks/n1' },
        { request: 'DELETE /networks/n1' },
        { request: 'DELETE /networks/bridge' },
        { request: 'DELETE /networks/host' },
        { request: `POST /networks/prune?${filters({ label: ['nosuch'] })}` },
        { request: `POST /networks/prune?${filters({ label: ['a'] })}` },
        { request: 'POST /networks/prune' },
        { request: 'GET /networks/nosuch' },
      ],
    },
    {
      name: 'what is refused',
      steps: [
        { request: 'POST /networks/create' },
        create({}),
        create({ Name: '' }),
        create({ Name: 'bridge' }),
        create({ Name: 'host' }),
        create({ Name: 'none' }),
        create({ Name: 'default' }),
        create({ Name: 1 }),
        create({ Name: 'nn', Driver: 'nosuch' }),
        create({ Name: 'nn', Driver: 'host' }),
        create({ Name: 'nn', Driver: 'null' }),
        create({ Name: 'nn', Driver: 'overlay' }),
        create({ Name: 'nn', ...subnet('x') }),
        create({ Name: 'nn', ...subnet('10.93.0.0/24', { Gateway: '10.94.0.1' }) }),
        create({ Name: 'nn', ...subnet('10.93.0.0/24', { IPRange: '10.94.0.0/24' }) }),
        create({ Name: 'nn', ...subnet('10.93.0.0/24', { AuxiliaryAddresses: { a: 'x' } }) }),
        create({ Name: 'nn', IPAM: { Driver: 'nosuch' } }),
        create({ Name: 'nn', Options: { 'com.docker.network.bridge.enable_icc': 'x' } }),
        create({ Name: 'nn', Options: { 'com.docker.network.driver.mtu': 'x' } }),
        create({ Name: 'nn', Options: { 'com.docker.network.bridge.name': 'docker0' } }),
        { request: `POST /networks/prune?${filters({ nosuch: ['x'] })}` },
        { request: 'DELETE /networks/nosuch' },
        connect('nosuch', { Container: 'x' }),
        connect('bridge', { Container: 'nosuch' }),
        disconnect('nosuch', { Container: 'x' }),
        disconnect('bridge', { Container: 'nosuch' }),
      ],
    },
    {
      name: 'endpoints of a container',
      steps: [
        create({ Name: 'ne', ...subnet('10.95.0.0/24') }),
        create({ Name: 'nf', ...subnet('10.96.0.0/24') }),
        created('ee', { ...sleeping, HostConfig: { NetworkMode: 'ne' } }),
        networksOf('ee'),
        { request: 'POST /containers/ee/start' },
        networksOf('ee'),
        connect('nf', {
          Container: 'ee',
          EndpointConfig: { Aliases: ['web'], IPAMConfig: { IPv4Address: '10.96.0.9' } },
        }),
        networksOf('ee'),
        { request: 'GET /networks/nf', pick: ['Containers'] },
        connect('nf', { Container: 'ee' }),
        { request: 'DELETE /networks/nf' },
        connect('host', { Container: 'ee' }),
        connect('bridge', { Container: 'ee', EndpointConfig: { Aliases: ['x'] } }),
        connect('bridge', {
          Container: 'ee',
          EndpointConfig: { IPAMConfig: { IPv4Address: '172.17.0.9' } },
        }),
        { request: 'POST /containers/ee/stop' },
        networksOf('ee'),
        disconnect('nf', { Container: 'ee' }),
        disconnect('nf', { Container: 'ee' }),
        networksOf('ee'),
        { request: 'POST /containers/ee/start' },
        disconnect('ne', { Container: 'ee' }),
        networksOf('ee'),
        { request: 'DELETE /containers/ee?force=1' },
        created('ef', {
          ...sleeping,
          HostConfig: { NetworkMode: 'ne' },
          NetworkingConfig: {
            EndpointsConfig: { ne: { IPAMConfig: { IPv4Address: '10.99.0.1' } } },
          },
        }),
        { request: 'POST /containers/ef/start' },
        created('eg', {
          ...sleeping,
          HostConfig: { NetworkMode: 'ne' },
          NetworkingConfig: {
            EndpointsConfig: { ne: { IPAMConfig: { IPv4Address: '10.95.0.1' } } },
          },
        }),
        { request: 'POST /containers/eg/start' },
        created('eh', { ...sleeping, HostConfig: { NetworkMode: 'nosuch' } }),
        { request: 'POST /containers/eh/start' },
        { request: 'DELETE /containers/ef?force=1' },
        { request: 'DELETE /containers/eg?force=1' },
        { request: 'DELETE /containers/eh?force=1' },
        { request: 'POST /networks/prune' },
      ],
    },
    {
      name: 'published ports',
      steps: [
        created('pa', {
          ...sleeping,
          ExposedPorts: { '80/tcp': {}, '53/udp': {} },
          HostConfig: {
            NetworkMode: 'bridge',
            PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '18081' }] },
          },
        }),
        networksOf('pa'),
        { request: 'POST /containers/pa/start' },
        networksOf('pa'),
        { request: 'GET /containers/json', pick: ['0.Ports'] },
        created('pb', {
          ...sleeping,
          HostConfig: {
            NetworkMode: 'bridge',
            PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '18081' }] },
          },
        }),
        { request: 'POST /containers/pb/start' },
        { request: 'GET /containers/pb/json', pick: ['State.Status', 'State.ExitCode'] },
        { request: 'POST /containers/pa/stop' },
        networksOf('pa'),
        { request: 'POST /containers/pb/start' },
        { request: 'DELETE /containers/pa?force=1' },
        { request: 'DELETE /containers/pb?force=1' },
        created('pc', {
          ...sleeping,
          HostConfig: {
            NetworkMode: 'bridge',
            PortBindings: { '81/tcp': [{ HostPort: '18082-18083' }] },
          },
        }),
        { request: 'POST /containers/pc/start' },
        networksOf('pc'),
        { request: 'DELETE /containers/pc?force=1' },
      ],
    },
  ],
};
