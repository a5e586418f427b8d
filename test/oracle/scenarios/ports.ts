/** Ports that containers publish. */
import { filters, requests, type Step, type Topic } from '../scenario.ts';
import { created, running } from './states.ts';

const shows = (name: string): Step => ({
  request: `GET /containers/${name}/json`,
  pick: [
    'State.Running',
    'Config.ExposedPorts',
    'HostConfig.PortBindings',
    'NetworkSettings.Ports',
  ],
});
const lists: Step = { request: 'GET /containers/json', sort: { '[0].Ports': '' } };

interface Binding {
  readonly HostIp?: string;
  readonly HostPort?: string;
}

const publishing = (
  bindings: Readonly<Record<string, readonly Binding[]>>,
  more: object = {},
  host: object = {},
) => ({
  ExposedPorts: Object.fromEntries(Object.keys(bindings).map((name) => [name, {}])),
  HostConfig: { NetworkMode: 'default', PortBindings: bindings, ...host },
  ...more,
});

export const ports: Topic = {
  name: 'ports',
  scenarios: [
    {
      name: 'forms',
      steps: [
        ...running(
          'aa',
          publishing({
            '80/tcp': [{ HostPort: '8080' }],
            '81/tcp': [{ HostIp: '127.0.0.1', HostPort: '8081' }],
            '53/udp': [{ HostPort: '5353' }],
            '90/tcp': [{ HostPort: '9000' }, { HostPort: '9001' }],
            '91/tcp': [{ HostPort: '9100-9110' }],
            '92/tcp': [{ HostIp: '0.0.0.0', HostPort: '9200' }],
            '93/tcp': [{ HostIp: '::1', HostPort: '9300' }],
          }),
        ),
        shows('aa'),
        lists,
        ...running('bb', publishing({ '91/tcp': [{ HostPort: '9100-9110' }] })),
        shows('bb'),
        { request: `GET /containers/json?${filters({ publish: ['8080'] })}`, pick: ['[0].Names'] },
        { request: `GET /containers/json?${filters({ expose: ['91'] })}`, pick: ['[1].Names'] },
        { request: 'POST /containers/aa/stop?t=0' },
        shows('aa'),
        { request: 'POST /containers/aa/start' },
        shows('aa'),
      ],
    },
    {
      name: 'exposed and published by themselves',
      steps: [
        ...running('aa', {
          ExposedPorts: { '70/tcp': {}, '71/udp': {}, '72': {} },
          HostConfig: { NetworkMode: 'default' },
        }),
        shows('aa'),
        lists,
        ...running('hh', {
          ExposedPorts: { '70/tcp': {} },
          HostConfig: { NetworkMode: 'host', PortBindings: { '70/tcp': [{ HostPort: '70' }] } },
        }),
        shows('hh'),
        ...running(
          'oo',
          publishing({ '80/tcp': [{ HostPort: '8085' }] }, {}, { NetworkMode: 'none' }),
        ),
        shows('oo'),
      ],
    },
    {
      name: 'conflicts',
      steps: [
        ...running('aa', publishing({ '80/tcp': [{ HostPort: '8080' }] })),
        ...running('bb', publishing({ '80/tcp': [{ HostPort: '8080' }] })),
        shows('bb'),
        { request: 'GET /containers/bb/json', pick: ['State'] },
        ...running('cc', publishing({ '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '8080' }] })),
        ...running('dd', publishing({ '80/udp': [{ HostPort: '8080' }] })),
        shows('dd'),
        ...running('ee', publishing({ '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '8090' }] })),
        ...running('ff', publishing({ '80/tcp': [{ HostPort: '8090' }] })),
        ...running('gg', publishing({ '80/tcp': [{ HostIp: '203.0.113.9', HostPort: '8095' }] })),
        { request: 'DELETE /containers/aa?force=1' },
        { request: 'POST /containers/bb/start' },
        shows('bb'),
      ],
    },
    {
      name: 'what is refused',
      steps: [
        created('aa', publishing({ '80/tcp': [{ HostPort: 'x' }] })),
        created('aa', publishing({ '80/tcp': [{ HostPort: '70000' }] })),
        created('aa', publishing({ '80/tcp': [{ HostPort: '90-80' }] })),
        created('aa', publishing({ '80/tcp': [{ HostIp: 'x', HostPort: '80' }] })),
        created('aa', publishing({ '80/nosuch': [{ HostPort: '80' }] })),
        created('aa', publishing({ 'x/tcp': [{ HostPort: '80' }] })),
        created('aa', publishing({ '70000/tcp': [{ HostPort: '80' }] })),
        created('bb', publishing({ '80-81/tcp': [{ HostPort: '80' }] })),
        created('cc', { ExposedPorts: { x: {} }, HostConfig: { NetworkMode: 'default' } }),
        ...requests('POST /containers/bb/start', 'POST /containers/cc/start'),
      ],
    },
    {
      name: 'ports follow the networks',
      steps: [
        {
          request: 'POST /networks/create',
          body: {
            Name: 'na',
            CheckDuplicate: true,
            IPAM: { Config: [{ Subnet: '10.90.0.0/24' }] },
          },
        },
        ...running(
          'aa',
          publishing({ '80/tcp': [{ HostPort: '8080' }] }, {}, { NetworkMode: 'na' }),
        ),
        shows('aa'),
        { request: 'POST /networks/bridge/connect', body: { Container: 'aa' } },
        shows('aa'),
        { request: 'POST /networks/na/disconnect', body: { Container: 'aa' } },
        shows('aa'),
        { request: 'POST /networks/bridge/disconnect', body: { Container: 'aa' } },
        shows('aa'),
      ],
    },
  ],
};
