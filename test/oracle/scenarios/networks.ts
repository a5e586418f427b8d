/** Networks: making, showing, finding and removing them. */
import { filters, requests, type Step, type Topic } from '../scenario.ts';
import { running } from './states.ts';

/** `CheckDuplicate` is what every client sends to the API of before 1.44, which always checks. */
function makes(name: string, config: object = {}): Step {
  return {
    request: 'POST /networks/create',
    body: { Name: name, CheckDuplicate: true, ...config },
    save: { [name]: 'Id' },
  };
}

/** Refused, so that nothing has to be saved. */
function refused(config: object): Step {
  return {
    request: 'POST /networks/create',
    body: { Name: 'nn', CheckDuplicate: true, ...config },
  };
}

const removes: Step = { request: 'DELETE /networks/nn' };
const ipam = (...configs: object[]) => ({ IPAM: { Driver: 'default', Config: configs } });
const list = (values: Readonly<Record<string, readonly string[]>>): Step => ({
  request: `GET /networks?${filters(values).replaceAll('%24', '$')}`,
  sort: { '': 'Name' },
});
const bridge = (options: Readonly<Record<string, string>>) => ({
  Options: Object.fromEntries(
    Object.entries(options).map(([name, value]) => [`com.docker.network.${name}`, value]),
  ),
});

export const networks: Topic = {
  name: 'networks',
  exact: true,
  scenarios: [
    {
      name: 'create, inspect, list, remove',
      steps: [
        { request: 'GET /networks', sort: { '': 'Name' } },
        ...requests('GET /networks/bridge', 'GET /networks/host', 'GET /networks/none'),
        makes('na'),
        refused({ Name: 'na' }),
        makes('nb', {
          Driver: 'bridge',
          Internal: true,
          Attachable: true,
          Labels: { k: 'v' },
          IPAM: {
            Options: { foo: 'bar' },
            Config: [
              {
                Subnet: '10.90.0.0/16',
                IPRange: '10.90.5.0/24',
                Gateway: '10.90.5.254',
                AuxiliaryAddresses: { a: '10.90.5.1' },
              },
            ],
          },
          ...bridge({ 'bridge.name': 'brnb', 'driver.mtu': '1400', 'bridge.enable_icc': 'false' }),
        }),
        makes('nc', { EnableIPv6: true, ...ipam({ Subnet: 'fd00:9::/64' }) }),
        makes('nd', ipam({ Subnet: '10.91.0.0/24' }, { Subnet: '10.92.0.0/24' })),
        makes('ne', ipam({ Subnet: '10.93.0.0/16', IPRange: '10.93.4.0/24' })),
        makes('nf'),
        ...requests(
          'GET /networks/na',
          'GET /networks/$na',
          'GET /networks/$na.12',
          'GET /networks/na?verbose=1',
          'GET /networks/na?scope=local',
          'GET /networks/na?scope=swarm',
          'GET /networks/nosuch',
          'GET /networks/nb',
          'GET /networks/nc',
          'GET /networks/nd',
          'GET /networks/ne',
          'GET /networks/nf',
        ),
        { request: 'GET /networks', sort: { '': 'Name' } },
        ...requests(
          'DELETE /networks/na',
          'DELETE /networks/na',
          'DELETE /networks/$nb.12',
          'DELETE /networks/$nc',
          'DELETE /networks/bridge',
          'DELETE /networks/host',
          'DELETE /networks/none',
          'DELETE /networks/nosuch',
          'PUT /networks/nd',
        ),
        makes('ng'),
        { request: 'GET /networks/ng' },
      ],
    },
    {
      name: 'what is refused',
      steps: [
        { request: 'POST /networks/create' },
        { request: 'POST /networks/create', text: '{' },
        refused({ Name: '' }),
        refused({ Name: ' ' }),
        refused({ Name: 1 }),
        refused({ Name: 'bridge' }),
        refused({ Name: 'host' }),
        refused({ Name: 'none' }),
        refused({ Name: 'default' }),
        refused({ Driver: 'nosuch' }),
        refused({ Driver: 'host' }),
        refused({ Driver: 'null' }),
        refused({ Driver: 'overlay' }),
        refused({ Scope: 'swarm' }),
        refused({ IPAM: { Driver: 'nosuch' } }),
        refused({ Ingress: true }),
        refused(ipam({ Subnet: 'x' })),
        refused(ipam({ Subnet: '10.1.0.0' })),
        refused(ipam({ Gateway: '10.1.0.1' })),
        refused(ipam({ Subnet: '172.17.0.0/16' })),
        refused(ipam({ Subnet: '172.17.9.0/24' })),
        refused(ipam({ Subnet: '10.1.0.0/24' }, { Subnet: '10.1.0.0/24' })),
        refused(ipam({ Subnet: '10.1.0.0/24', Gateway: '10.2.0.1' })),
        refused(ipam({ Subnet: '10.1.0.0/24', Gateway: 'x' })),
        refused(ipam({ Subnet: '10.1.0.0/24', IPRange: 'x' })),
        refused(ipam({ Subnet: '10.1.0.0/24', AuxiliaryAddresses: { a: '10.2.0.1' } })),
        refused(ipam({ Subnet: '10.1.0.0/24', AuxiliaryAddresses: { a: 'x' } })),
        removes,
        refused({ ...bridge({ 'bridge.enable_icc': 'x' }) }),
        refused({ ...bridge({ 'bridge.enable_ip_masquerade': 'x' }) }),
        refused({ ...bridge({ 'driver.mtu': 'x' }) }),
        refused({ ...bridge({ 'bridge.host_binding_ipv4': 'x' }) }),
        removes,
        refused({ Options: { a: 1 } }),
        refused({ Labels: ['a'] }),
        refused({ Internal: 'x' }),
        refused({ IPAM: 'x' }),
        refused({ ConfigFrom: { Network: 'nosuch' } }),
        refused({ ConfigFrom: { Network: 'bridge' } }),
        refused({ ConfigOnly: true, ConfigFrom: { Network: 'x' } }),
        list({ type: ['custom'] }),
      ],
    },
    {
      name: 'configurations of others',
      steps: [
        makes('conf', {
          ConfigOnly: true,
          Labels: { c: '1' },
          ...ipam({ Subnet: '10.94.0.0/24', Gateway: '10.94.0.9' }),
          ...bridge({ 'driver.mtu': '1450' }),
        }),
        { request: 'GET /networks/conf' },
        refused({ ConfigFrom: { Network: 'conf' }, ...ipam(), Labels: { u: '1' } }),
        makes('user', { ConfigFrom: { Network: 'conf' }, ...ipam() }),
        { request: 'GET /networks/user' },
        refused({ ConfigFrom: { Network: 'conf' }, ...ipam({ Subnet: '10.95.0.0/24' }) }),
        refused({ ConfigFrom: { Network: 'conf' }, ...ipam(), Options: { a: 'b' } }),
        refused({ ConfigFrom: { Network: 'user' }, ...ipam() }),
        ...running('bb', { HostConfig: { NetworkMode: 'user' } }),
        { request: 'GET /containers/bb/json', pick: ['NetworkSettings.Networks'] },
        { request: 'DELETE /containers/bb?force=1' },
        ...running('aa', { HostConfig: { NetworkMode: 'conf' } }),
        ...requests(
          'DELETE /networks/conf',
          'GET /networks/conf',
          'POST /networks/prune',
          'DELETE /networks/user',
          'DELETE /networks/conf',
        ),
      ],
    },
    {
      name: 'filters',
      steps: [
        makes('na', { Labels: { x: '1' }, ...ipam({ Subnet: '10.90.0.0/24' }) }),
        makes('nab', {
          Labels: { x: '2', y: '' },
          Internal: true,
          ...ipam({ Subnet: '10.91.0.0/24' }),
        }),
        ...running('aa', { HostConfig: { NetworkMode: 'na' } }),
        list({ name: ['na'] }),
        list({ name: ['ab'] }),
        list({ name: ['bridge', 'host'] }),
        list({ id: ['$na'] }),
        list({ driver: ['null'] }),
        list({ driver: ['nosuch'] }),
        list({ label: ['x'] }),
        list({ label: ['x=2'] }),
        list({ label: ['x', 'y'] }),
        list({ scope: ['local'], name: ['na'] }),
        list({ scope: ['swarm'] }),
        list({ type: ['custom'] }),
        list({ type: ['builtin'] }),
        list({ type: ['nosuch'] }),
        list({ dangling: ['true'] }),
        list({ dangling: ['false'] }),
        list({ dangling: ['x'] }),
        list({ nosuch: ['x'] }),
        { request: 'GET /networks?filters=x' },
      ],
    },
    {
      name: 'prune',
      steps: [
        { request: 'POST /networks/prune' },
        makes('na', { Labels: { keep: '1' }, ...ipam({ Subnet: '10.90.0.0/24' }) }),
        makes('nb', ipam({ Subnet: '10.91.0.0/24' })),
        makes('nc', ipam({ Subnet: '10.92.0.0/24' })),
        ...running('aa', { HostConfig: { NetworkMode: 'nc' } }),
        { request: `POST /networks/prune?${filters({ nosuch: ['x'] })}` },
        { request: `POST /networks/prune?${filters({ until: ['x'] })}` },
        { request: `POST /networks/prune?${filters({ until: ['1h'] })}` },
        { request: `POST /networks/prune?${filters({ label: ['nosuch'] })}` },
        { request: `POST /networks/prune?${filters({ 'label!': ['keep'] })}` },
        { request: 'POST /networks/prune' },
        list({ type: ['custom'] }),
        { request: 'DELETE /networks/nc' },
        { request: 'POST /containers/aa/stop?t=0' },
        { request: 'DELETE /networks/nc' },
        { request: 'POST /containers/aa/start' },
      ],
    },
  ],
};
