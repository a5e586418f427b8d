/** What a container prints and is told: attach and logs. */
import { requests, type Topic } from '../scenario.ts';
import { created, running } from './states.ts';

const upgrade = { connection: 'Upgrade', upgrade: 'tcp' };

export const streams: Topic = {
  name: 'streams',
  scenarios: [
    {
      name: 'logs',
      steps: [
        ...running('aa', {
          Cmd: ['sh', '-c', 'echo one; sleep 0.05; echo two >&2; sleep 0.05; printf three'],
        }),
        { request: 'POST /containers/aa/wait' },
        ...requests(
          'GET /containers/aa/logs',
          'GET /containers/aa/logs?stdout=1',
          'GET /containers/aa/logs?stderr=1',
          'GET /containers/aa/logs?stdout=1&stderr=1',
          'GET /containers/aa/logs?stdout=1&stderr=1&follow=1',
          'GET /containers/aa/logs?stdout=1&stderr=1&tail=1',
          'GET /containers/aa/logs?stdout=1&stderr=1&tail=2',
          'GET /containers/aa/logs?stdout=1&stderr=1&tail=0',
          'GET /containers/aa/logs?stdout=1&stderr=1&tail=all',
          'GET /containers/aa/logs?stdout=1&stderr=1&tail=x',
          'GET /containers/aa/logs?stdout=1&stderr=1&tail=-1',
          'GET /containers/aa/logs?stdout=1&timestamps=1&tail=1',
          'GET /containers/aa/logs?stdout=1&since=x',
          'GET /containers/aa/logs?stdout=1&until=x',
          'GET /containers/aa/logs?stdout=1&since=1',
          'GET /containers/aa/logs?stdout=1&until=1',
          'GET /containers/aa/logs?stdout=1&since=4000000000',
        ),
      ],
    },
    {
      name: 'logs of a terminal, of details, of nothing',
      steps: [
        ...running('aa', { Tty: true, Cmd: ['sh', '-c', 'echo one; echo two >&2'] }),
        { request: 'POST /containers/aa/wait' },
        { request: 'GET /containers/aa/logs?stdout=1&stderr=1' },
        ...running('bb', {
          Cmd: ['echo', 'x'],
          Labels: { l: '1', m: '2' },
          Env: ['E=3'],
          HostConfig: { LogConfig: { Type: 'json-file', Config: { labels: 'l,m', env: 'E' } } },
        }),
        { request: 'POST /containers/bb/wait' },
        { request: 'GET /containers/bb/logs?stdout=1&details=1' },
        ...running('cc', { Cmd: ['echo', 'x'], HostConfig: { LogConfig: { Type: 'none' } } }),
        { request: 'POST /containers/cc/wait' },
        { request: 'GET /containers/cc/logs?stdout=1' },
        ...running('dd', { Cmd: ['echo', 'x'], HostConfig: { LogConfig: { Type: 'local' } } }),
        { request: 'POST /containers/dd/wait' },
        { request: 'GET /containers/dd/logs?stdout=1' },
        { request: 'GET /containers/dd/json', pick: ['LogPath', 'HostConfig.LogConfig'] },
        { request: 'GET /containers/bb/json', pick: ['LogPath'] },
      ],
    },
    {
      name: 'attach',
      steps: [
        created('aa', {
          OpenStdin: true,
          StdinOnce: true,
          AttachStdin: true,
          Cmd: ['sh', '-c', 'cat; echo end >&2'],
        }),
        {
          request: 'POST /containers/aa/attach?stream=1&stdin=1&stdout=1&stderr=1',
          headers: upgrade,
          input: 'typed\n',
          start: 'io',
        },
        { request: 'POST /containers/aa/start' },
        { request: 'POST /containers/aa/attach', await: 'io' },
        { request: 'POST /containers/aa/wait' },
        { request: 'POST /containers/aa/attach?logs=1&stdout=1&stderr=1', headers: upgrade },
        { request: 'POST /containers/aa/attach?logs=1&stdout=1' },
        { request: 'POST /containers/aa/attach?stream=1&detachKeys=nosuch', headers: upgrade },
      ],
    },
  ],
};
