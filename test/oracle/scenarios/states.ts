/** What can be done to a container in each of its states. */
import { requests, type Step, type Topic } from '../scenario.ts';

export function created(name: string, config: object = {}): Step {
  const { HostConfig, ...rest } = config as { HostConfig?: object };
  return {
    request: `POST /containers/create?name=${name}`,
    body: {
      Image: 'busybox',
      Cmd: ['sleep', '1000'],
      ...rest,
      HostConfig: { NetworkMode: 'none', ...HostConfig },
    },
    save: { [name]: 'Id' },
  };
}

export function running(name: string, config: object = {}): Step[] {
  return [created(name, config), { request: `POST /containers/${name}/start` }];
}

const everything = (name: string): Step[] =>
  requests(
    `POST /containers/${name}/unpause`,
    `POST /containers/${name}/kill`,
    `POST /containers/${name}/kill?signal=NOSUCH`,
    `POST /containers/${name}/resize?h=1&w=1`,
    `GET /containers/${name}/top`,
    `POST /containers/${name}/stop`,
    `POST /containers/${name}/pause`,
  );

export const states: Topic = {
  name: 'states',
  scenarios: [
    {
      name: 'nobody',
      steps: requests(
        'GET /containers/nosuch/json',
        'GET /containers/nosuch/top',
        'GET /containers/nosuch/logs?stdout=1',
        'GET /containers/nosuch/changes',
        'GET /containers/nosuch/export',
        'GET /containers/nosuch/stats?stream=0',
        'POST /containers/nosuch/resize?h=1&w=1',
        'POST /containers/nosuch/start',
        'POST /containers/nosuch/stop',
        'POST /containers/nosuch/restart',
        'POST /containers/nosuch/kill',
        'POST /containers/nosuch/update',
        'POST /containers/nosuch/rename?name=bb',
        'POST /containers/nosuch/pause',
        'POST /containers/nosuch/unpause',
        'POST /containers/nosuch/attach?stream=1',
        'POST /containers/nosuch/wait',
        'DELETE /containers/nosuch',
        'DELETE /containers/nosuch?force=1',
        'HEAD /containers/nosuch/archive?path=/',
        'GET /containers/nosuch/archive?path=/',
        'PUT /containers/nosuch/archive?path=/',
      ),
    },
    {
      name: 'created',
      steps: [
        created('aa'),
        ...everything('aa'),
        { request: 'GET /containers/aa/json', pick: ['State', 'RestartCount', 'Name', 'ExecIDs'] },
        { request: 'GET /containers/aa/logs?stdout=1' },
        { request: 'POST /containers/aa/exec', body: { Cmd: ['true'] } },
        { request: 'POST /containers/aa/wait?condition=not-running' },
        { request: 'POST /containers/aa/wait?condition=nosuch' },
        {
          request: 'POST /containers/aa/update',
          body: { Memory: 33_554_432, MemorySwap: 67_108_864 },
        },
        {
          request: 'GET /containers/aa/json',
          pick: ['HostConfig.Memory', 'HostConfig.MemorySwap'],
        },
        { request: 'GET /containers/aa.?' },
        { request: 'DELETE /containers/aa' },
        { request: 'DELETE /containers/aa' },
      ],
    },
    {
      name: 'running',
      steps: [
        ...running('aa'),
        { request: 'POST /containers/aa/start' },
        {
          request: 'GET /containers/aa/json',
          pick: ['State', 'RestartCount', 'NetworkSettings.Ports'],
        },
        { request: 'POST /containers/aa/unpause' },
        { request: 'POST /containers/aa/kill?signal=NOSUCH' },
        { request: 'POST /containers/aa/kill?signal=WINCH' },
        { request: 'POST /containers/aa/kill?signal=28' },
        { request: 'POST /containers/aa/kill?signal=0' },
        { request: 'POST /containers/aa/resize?h=x&w=1' },
        { request: 'POST /containers/aa/resize?h=1' },
        { request: 'POST /containers/aa/resize' },
        { request: 'POST /containers/aa/resize?h=10&w=20' },
        { request: 'POST /containers/aa/stop?t=x' },
        { request: 'POST /containers/aa/stop?signal=NOSUCH' },
        { request: 'DELETE /containers/aa' },
        { request: 'DELETE /containers/aa?link=1' },
        { request: 'POST /containers/aa/kill' },
        { request: 'POST /containers/aa/wait' },
        { request: 'GET /containers/aa/json', pick: ['State'] },
      ],
    },
    {
      name: 'paused',
      steps: [
        ...running('aa'),
        { request: 'POST /containers/aa/pause' },
        { request: 'POST /containers/aa/pause' },
        { request: 'GET /containers/aa/json', pick: ['State'] },
        { request: 'POST /containers/aa/start' },
        { request: 'POST /containers/aa/exec', body: { Cmd: ['true'] } },
        { request: 'POST /containers/aa/attach?stream=1&stdout=1' },
        { request: 'DELETE /containers/aa' },
        { request: 'GET /containers/json', pick: ['[0].State', '[0].Status'] },
        { request: 'POST /containers/aa/unpause' },
        { request: 'POST /containers/aa/pause' },
        { request: 'POST /containers/aa/stop?t=0' },
        { request: 'GET /containers/aa/json', pick: ['State'] },
      ],
    },
    {
      name: 'exited',
      steps: [
        ...running('aa', { Cmd: ['sh', '-c', 'exit 7'] }),
        { request: 'POST /containers/aa/wait' },
        { request: 'POST /containers/aa/wait?condition=not-running' },
        ...everything('aa'),
        { request: 'GET /containers/aa/json', pick: ['State', 'RestartCount'] },
        { request: 'POST /containers/aa/start' },
        { request: 'POST /containers/aa/wait' },
        { request: 'POST /containers/aa/restart' },
        { request: 'POST /containers/aa/wait' },
        { request: 'DELETE /containers/aa' },
      ],
    },
    {
      name: 'stop and restart',
      steps: [
        ...running('aa', {
          Cmd: ['sh', '-c', 'trap "exit 3" USR1; while :; do sleep 0.1; done'],
          StopSignal: 'USR1',
        }),
        { request: 'POST /containers/aa/stop' },
        {
          request: 'GET /containers/aa/json',
          pick: ['State.Status', 'State.ExitCode', 'State.OOMKilled', 'State.Error'],
        },
        { request: 'POST /containers/aa/stop' },
        { request: 'POST /containers/aa/restart' },
        { request: 'GET /containers/aa/json', pick: ['State.Status', 'RestartCount'] },
        { request: 'POST /containers/aa/restart?t=0' },
        { request: 'DELETE /containers/aa?force=1' },
      ],
    },
    {
      name: 'removal is waited for',
      steps: [
        ...running('aa'),
        { request: 'POST /containers/aa/wait?condition=removed', start: 'removed' },
        { request: 'POST /containers/aa/wait?condition=next-exit', start: 'exit' },
        { request: 'DELETE /containers/aa?force=1' },
        { request: 'POST /containers/aa/wait?condition=removed', await: 'removed' },
        { request: 'POST /containers/aa/wait?condition=next-exit', await: 'exit' },
      ],
    },
    {
      name: 'auto-remove',
      steps: [
        created('aa', { Cmd: ['true'], HostConfig: { AutoRemove: true } }),
        { request: 'POST /containers/aa/wait?condition=removed', start: 'removed' },
        { request: 'POST /containers/aa/start' },
        { request: 'POST /containers/aa/wait?condition=removed', await: 'removed' },
        { request: 'GET /containers/$aa/json' },
      ],
    },
    {
      name: 'rename',
      steps: [
        created('a1'),
        created('b1'),
        ...requests(
          'POST /containers/a1/rename',
          'POST /containers/a1/rename?name=',
          'POST /containers/a1/rename?name=a1',
          'POST /containers/a1/rename?name=/a1',
          'POST /containers/a1/rename?name=b1',
          'POST /containers/a1/rename?name=%25',
          'POST /containers/a1/rename?name=c1',
          'GET /containers/a1/json',
        ),
        { request: 'GET /containers/c1/json', pick: ['Name', 'Id'] },
      ],
    },
    {
      name: 'a program that cannot be run',
      steps: [
        created('aa', { Cmd: ['nosuch'] }),
        { request: 'POST /containers/aa/start' },
        {
          request: 'GET /containers/aa/json',
          pick: ['State.Status', 'State.ExitCode', 'State.Running', 'State.Pid'],
        },
        created('bb', { Cmd: ['/nosuch'] }),
        { request: 'POST /containers/bb/start' },
        { request: 'GET /containers/bb/json', pick: ['State.Status', 'State.ExitCode'] },
        created('cc', { Cmd: ['/etc/passwd'] }),
        { request: 'POST /containers/cc/start' },
        { request: 'GET /containers/cc/json', pick: ['State.Status', 'State.ExitCode'] },
        created('dd', { User: 'nosuch' }),
        { request: 'POST /containers/dd/start' },
        created('ee', { WorkingDir: '/etc/passwd' }),
        { request: 'POST /containers/ee/start' },
        created('ff', { User: '1:nosuch' }),
        { request: 'POST /containers/ff/start' },
        created('gg', { HostConfig: { NetworkMode: 'nosuch' } }),
        { request: 'POST /containers/gg/start' },
        created('hh', { HostConfig: { GroupAdd: ['nosuch'] } }),
        { request: 'POST /containers/hh/start' },
        created('ii', {
          HostConfig: {
            Devices: [
              {
                PathOnHost: '/dev/nosuch',
                PathInContainer: '/dev/nosuch',
                CgroupPermissions: 'rwm',
              },
            ],
          },
        }),
        { request: 'POST /containers/ii/start' },
      ],
    },
    {
      name: 'a log driver that cannot be set up',
      steps: [
        ...[
          { 'max-size': 'x' },
          { 'max-file': 'x' },
          { compress: 'true' },
          { 'labels-regex': '(' },
          { 'env-regex': '[z-a]' },
          { tag: '{{' },
          { tag: '{{.Nosuch}}' },
        ].flatMap((Config, index) => [
          created(`log${index}`, { HostConfig: { LogConfig: { Type: 'json-file', Config } } }),
          { request: `POST /containers/log${index}/start` },
        ]),
        { request: 'GET /containers/log0/json', pick: ['State'] },
      ],
    },
    {
      name: 'namespaces of another',
      steps: [
        created('aa'),
        created('bb', { HostConfig: { NetworkMode: 'container:aa' } }),
        { request: 'POST /containers/bb/start' },
        created('cc', { HostConfig: { PidMode: 'container:aa' } }),
        { request: 'POST /containers/cc/start' },
        created('dd', { HostConfig: { IpcMode: 'container:aa' } }),
        { request: 'POST /containers/dd/start' },
        {
          request: 'GET /containers/bb/json',
          pick: ['HostConfig.NetworkMode', 'NetworkSettings', 'Config.Hostname'],
        },
        {
          request: 'POST /containers/create',
          body: { Image: 'busybox', Hostname: 'h', HostConfig: { NetworkMode: 'container:aa' } },
        },
        {
          request: 'POST /containers/create',
          body: { Image: 'busybox', HostConfig: { NetworkMode: 'container:aa', Dns: ['1.1.1.1'] } },
        },
        {
          request: 'POST /containers/create',
          body: {
            Image: 'busybox',
            HostConfig: { NetworkMode: 'container:aa', PortBindings: { '80/tcp': [{}] } },
          },
        },
        {
          request: 'POST /containers/create',
          body: {
            Image: 'busybox',
            ExposedPorts: { '80/tcp': {} },
            HostConfig: { NetworkMode: 'container:aa' },
          },
        },
        {
          request: 'POST /containers/create',
          body: { Image: 'busybox', Hostname: 'h', HostConfig: { UTSMode: 'host' } },
        },
      ],
    },
    {
      name: 'top',
      steps: [
        ...running('aa'),
        {
          request: 'GET /containers/aa/top?ps_args=-o%20pid,args',
          pick: ['Titles', 'Processes[0][1]'],
        },
        { request: 'GET /containers/aa/top?ps_args=-o%20comm' },
        { request: 'GET /containers/aa/top', pick: ['Titles'] },
      ],
    },
  ],
};
