/** Files in and out of containers: archive, changes, export. */
import { requests, type Topic } from '../scenario.ts';
import { created, running } from './states.ts';

const stat = ['x-docker-container-path-stat'];
const member = (name: string, content: string) => ({ name, type: '0', content });

export const archive: Topic = {
  name: 'archive',
  scenarios: [
    {
      name: 'of a created container',
      steps: [
        {
          request: 'POST /containers/create?name=aa',
          body: { Image: 'web:1.0', HostConfig: { NetworkMode: 'none' } },
          save: { a: 'Id' },
        },
        { request: 'HEAD /containers/aa/archive?path=/srv/index.html', show: stat },
        { request: 'HEAD /containers/aa/archive?path=/srv', show: stat },
        { request: 'HEAD /containers/aa/archive?path=/srv/link', show: stat },
        { request: 'HEAD /containers/aa/archive?path=nosuch' },
        { request: 'HEAD /containers/aa/archive' },
        { request: 'GET /containers/aa/archive?path=/srv', show: stat },
        { request: 'GET /containers/aa/archive?path=/srv/.', show: stat },
        { request: 'GET /containers/aa/archive?path=/srv/index.html', show: stat },
        { request: 'GET /containers/aa/archive?path=srv/link' },
        { request: 'GET /containers/aa/archive?path=/srv/../../../srv/link' },
        { request: 'GET /containers/aa/archive?path=/srv/index.html/' },
        ...requests(
          'GET /containers/aa/archive',
          'GET /containers/aa/archive?path=',
          'GET /containers/aa/archive?path=/nosuch',
          'PUT /containers/aa/archive',
          'PUT /containers/aa/archive?path=',
        ),
        { request: 'PUT /containers/aa/archive?path=/nosuch', tar: [member('x', 'y')] },
        { request: 'PUT /containers/aa/archive?path=/srv/index.html', tar: [member('x', 'y')] },
        { request: 'PUT /containers/aa/archive?path=/srv', tar: [member('new', 'text')] },
        {
          request: 'PUT /containers/aa/archive?path=/srv',
          text: 'no tar',
          headers: { 'content-type': 'application/x-tar' },
        },
        {
          request: 'PUT /containers/aa/archive?path=/srv&noOverwriteDirNonDir=1',
          tar: [{ name: 'index.html', type: '5' }],
        },
        {
          request: 'PUT /containers/aa/archive?path=/srv&noOverwriteDirNonDir=1',
          tar: [member('link', 'x')],
        },
        { request: 'GET /containers/aa/archive?path=/srv/new' },
        { request: 'GET /containers/aa/changes', sort: { '': 'Path' } },
      ],
    },
    {
      name: 'of a running container',
      steps: [
        ...running('aa', {
          Cmd: ['sh', '-c', 'mkdir /d; echo x > /d/f; rm /etc/group; sleep 1000'],
          HostConfig: { Tmpfs: { '/t': '' }, Binds: ['vol:/v:ro'] },
        }),
        { request: 'GET /containers/aa/changes', until: '/etc/group', sort: { '': 'Path' } },
        { request: 'GET /containers/aa/archive?path=/d' },
        { request: 'PUT /containers/aa/archive?path=/d', tar: [member('g', 'y')] },
        { request: 'PUT /containers/aa/archive?path=/v', tar: [member('g', 'y')] },
        {
          request: 'POST /containers/aa/exec',
          body: { Cmd: ['cat', '/d/g'], AttachStdout: true },
          save: { e: 'Id' },
        },
        {
          request: 'POST /exec/$e/start',
          body: {},
          headers: { connection: 'Upgrade', upgrade: 'tcp' },
        },
      ],
    },
    {
      name: 'a read-only root',
      steps: [
        created('aa', { HostConfig: { ReadonlyRootfs: true } }),
        { request: 'PUT /containers/aa/archive?path=/tmp', tar: [member('g', 'y')] },
      ],
    },
  ],
};

export const update: Topic = {
  name: 'update',
  scenarios: [
    {
      name: 'limits and restart policy',
      steps: [
        created('aa', { HostConfig: { Memory: 33_554_432 } }),
        { request: 'POST /containers/aa/update', body: {} },
        { request: 'POST /containers/aa/update' },
        {
          request: 'POST /containers/aa/update',
          text: '{',
          headers: { 'content-type': 'application/json' },
        },
        { request: 'POST /containers/aa/update', body: { Memory: 1 } },
        { request: 'POST /containers/aa/update', body: { Memory: 134_217_728 } },
        {
          request: 'POST /containers/aa/update',
          body: { NanoCpus: 1_000_000_000, CpuPeriod: 1000 },
        },
        {
          request: 'POST /containers/aa/update',
          body: { CpuShares: 100, PidsLimit: 20, RestartPolicy: { Name: 'always' } },
        },
        {
          request: 'GET /containers/aa/json',
          pick: [
            'HostConfig.CpuShares',
            'HostConfig.PidsLimit',
            'HostConfig.RestartPolicy',
            'HostConfig.Memory',
          ],
        },
        { request: 'POST /containers/aa/update', body: { RestartPolicy: { Name: 'nosuch' } } },
        {
          request: 'POST /containers/aa/update',
          body: { RestartPolicy: { Name: 'no', MaximumRetryCount: 3 } },
        },
        created('bb', { HostConfig: { AutoRemove: true } }),
        { request: 'POST /containers/bb/update', body: { RestartPolicy: { Name: 'always' } } },
        ...running('cc', { HostConfig: { Memory: 33_554_432, MemorySwap: 67_108_864 } }),
        {
          request: 'POST /containers/cc/update',
          body: { Memory: 50_331_648, CpuQuota: 20_000, CpuPeriod: 100_000 },
        },
        { request: 'GET /containers/cc/json', pick: ['HostConfig.Memory', 'HostConfig.CpuQuota'] },
      ],
    },
    {
      name: 'stats',
      steps: [
        created('aa'),
        { request: 'GET /containers/aa/stats?stream=0', shape: true },
        ...running('bb'),
        {
          request: 'GET /containers/bb/stats?stream=0',
          pick: ['name', 'id', 'num_procs', 'storage_stats'],
        },
        {
          request: 'GET /containers/bb/stats?stream=0&one-shot=1',
          pick: ['name', 'precpu_stats.cpu_usage.total_usage', 'preread'],
        },
        { request: 'GET /containers/bb/stats?stream=1&one-shot=1' },
      ],
    },
    {
      name: 'restart policies',
      steps: [
        ...running('aa', {
          Cmd: ['sh', '-c', 'exit 3'],
          HostConfig: { RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 2 } },
        }),
        {
          request: 'GET /containers/aa/json',
          pick: ['RestartCount'],
          until: '"RestartCount":2',
        },
        {
          request: 'GET /containers/aa/json',
          pick: ['State.Status', 'State.ExitCode', 'RestartCount'],
          until: '"Status":"exited"',
        },
        ...running('bb', {
          Cmd: ['sh', '-c', 'exit 0'],
          HostConfig: { RestartPolicy: { Name: 'on-failure' } },
        }),
        { request: 'POST /containers/bb/wait' },
        { request: 'GET /containers/bb/json', pick: ['State.Status', 'RestartCount'] },
        ...running('cc', {
          Healthcheck: { Test: ['CMD-SHELL', 'echo checked; exit 0'], Interval: 1_000_000_000 },
        }),
        {
          request: 'GET /containers/cc/json',
          pick: [
            'State.Health.Status',
            'State.Health.FailingStreak',
            'State.Health.Log[0].ExitCode',
            'State.Health.Log[0].Output',
          ],
          until: '"Status":"healthy"',
        },
        { request: 'GET /containers/json', pick: ['[0].Status'] },
      ],
    },
  ],
};
