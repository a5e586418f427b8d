/** The engine as a whole: ping, version, info, disk usage, events, and requests that no route takes. */
import { filters, requests, type Topic } from '../scenario.ts';

const pingHeaders = ['api-version', 'docker-experimental', 'ostype', 'cache-control', 'pragma'];

export const system: Topic = {
  name: 'system',
  scenarios: [
    {
      name: 'ping',
      steps: [
        { request: 'GET /_ping', show: pingHeaders },
        { request: 'HEAD /_ping', show: pingHeaders },
        { request: 'GET /v1.40/_ping' },
        { request: 'POST /_ping' },
      ],
    },
    {
      name: 'version and info',
      steps: [
        { request: 'GET /version', shape: true },
        { request: 'GET /v1.24/version', pick: ['Os'] },
        { request: 'GET /info', shape: true },
        {
          request: 'GET /info',
          pick: [
            'Driver',
            'LoggingDriver',
            'OSType',
            'DefaultRuntime',
            'IndexServerAddress',
            'Swarm',
          ],
        },
      ],
    },
    {
      name: 'requests that no route takes',
      steps: [
        ...requests(
          'GET /nosuch',
          'GET /containers',
          'GET /containers/json/more/words',
          'POST /containers/json',
          'DELETE /info',
          'PUT /version',
          'GET /v1.51/nosuch',
          'GET /v9.99/info',
          'GET /v1.99/containers/json',
          'GET /v0.1/info',
          'GET /v1.9/info',
          'GET /vx/info',
          'PATCH /containers/create',
        ),
      ],
    },
    {
      name: 'disk usage',
      steps: [
        {
          request: 'GET /system/df',
          shape: true,
        },
        { request: 'GET /system/df', pick: ['Containers', 'Volumes', 'BuildCache'] },
        { request: 'GET /system/df?type=container', pick: ['Containers'] },
        { request: 'GET /system/df?type=nosuch' },
      ],
    },
    {
      name: 'auth',
      steps: [
        { request: 'POST /auth', body: { username: 'a', serveraddress: 'http://127.0.0.1:1' } },
        { request: 'POST /auth', text: '{', headers: { 'content-type': 'application/json' } },
        { request: 'POST /auth', text: 'x', headers: { 'content-type': 'text/plain' } },
      ],
    },
    {
      name: 'distribution',
      steps: [
        { request: 'GET /distribution/127.0.0.1:1/nosuch:1/json' },
        { request: 'GET /distribution/UPPER/json' },
      ],
    },
  ],
};

const attributes = ['Type', 'Action', 'Actor.ID', 'Actor.Attributes', 'scope'];
const lines = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    attributes.map((name) => `lines[${index}].${name}`),
  ).flat();

export const events: Topic = {
  name: 'events',
  scenarios: [
    {
      name: 'the life of a container',
      steps: [
        {
          request: 'POST /containers/create?name=aa',
          body: {
            Image: 'busybox',
            Cmd: ['sleep', '1000'],
            Labels: { one: '1' },
            HostConfig: { NetworkMode: 'none' },
          },
          save: { a: 'Id' },
        },
        ...requests(
          'POST /containers/$a/start',
          'POST /containers/$a/pause',
          'POST /containers/$a/unpause',
          'POST /containers/$a/rename?name=bb',
          'POST /containers/$a/kill?signal=USR1',
          'POST /containers/$a/restart?t=0',
          'POST /containers/$a/stop?t=0',
          'DELETE /containers/$a',
        ),
        {
          request: `GET /events?since=$begin&until=$now&${filters({ container: ['$a'] })}`,
          pick: lines(21),
        },
      ],
    },
    {
      name: 'of an exec',
      steps: [
        {
          request: 'POST /containers/create?name=aa',
          body: {
            Image: 'busybox',
            Cmd: ['sleep', '1000'],
            HostConfig: { NetworkMode: 'none' },
          },
          save: { a: 'Id' },
        },
        { request: 'POST /containers/$a/start' },
        {
          request: 'POST /containers/aa/exec',
          body: { Cmd: ['sh', '-c', 'exit 3'], AttachStdout: true },
          save: { e: 'Id' },
        },
        {
          request: 'POST /exec/$e/start',
          body: {},
          headers: { connection: 'Upgrade', upgrade: 'tcp' },
        },
        {
          request: `GET /events?since=$begin&until=$now&${filters({ container: ['$a'], event: ['exec_create', 'exec_start', 'exec_die'] })}`,
          pick: lines(3),
        },
      ],
    },
    {
      name: 'of volumes and images',
      steps: [
        { request: 'POST /volumes/create', body: { Name: 'v', Labels: { one: '1' } } },
        { request: 'DELETE /volumes/v' },
        {
          request: `GET /events?since=$begin&until=$now&${filters({ volume: ['v'] })}`,
          pick: lines(2),
        },
        { request: 'POST /images/busybox/tag?repo=again&tag=1' },
        { request: 'DELETE /images/again:1' },
        {
          request: `GET /events?since=$begin&until=$now&${filters({ image: ['busybox'], event: ['tag', 'untag'] })}`,
          pick: lines(2),
        },
      ],
    },
    {
      name: 'of a volume that is used',
      steps: [
        {
          request: 'POST /containers/create?name=aa',
          body: {
            Image: 'busybox',
            Cmd: ['true'],
            HostConfig: { NetworkMode: 'none', Binds: ['used:/d:ro', '/tmp:/host'] },
          },
          save: { a: 'Id' },
        },
        { request: 'POST /containers/aa/start' },
        { request: 'POST /containers/aa/wait', pick: ['StatusCode'] },
        ...requests('HEAD /containers/aa/archive?path=/d', 'DELETE /containers/aa?v=1'),
        {
          request: 'POST /containers/create?name=bb',
          body: {
            Image: 'busybox',
            Cmd: ['/nosuch'],
            HostConfig: { NetworkMode: 'none', Binds: ['other:/d'] },
          },
          save: { b: 'Id' },
        },
        ...requests(
          'POST /containers/bb/start',
          'DELETE /containers/bb',
          'DELETE /volumes/used',
          'DELETE /volumes/other',
          `POST /networks/prune?${filters({ label: ['nosuch'] })}`,
          `POST /volumes/prune?${filters({ label: ['nosuch'] })}`,
        ),
        {
          request: `GET /events?since=$begin&until=$now&${filters({ type: ['volume'] })}`,
          pick: lines(10),
        },
        {
          request: `GET /events?since=$begin&until=$now&${filters({ event: ['prune'] })}`,
          pick: lines(2),
        },
      ],
    },
    {
      name: 'bad requests',
      steps: [
        ...requests(
          'GET /events?since=x',
          'GET /events?until=1&since=x',
          'GET /events?since=20&until=10',
          'GET /events?since=1&until=2&filters=x',
          `GET /events?since=1&until=2&${filters({ nosuch: ['x'] })}`,
          `GET /events?since=1&until=2&${filters({ type: ['nosuch'] })}`,
        ),
      ],
    },
  ],
};
