/** Volumes. */
import { filters, requests, type Topic } from '../scenario.ts';
import { created } from './states.ts';

const json = { 'content-type': 'application/json' };
const list = (values: Readonly<Record<string, readonly string[]>>) => ({
  request: `GET /volumes?${filters(values)}`,
  sort: { Volumes: 'Name' },
});

export const volumes: Topic = {
  name: 'volumes',
  scenarios: [
    {
      name: 'create, inspect, list, remove',
      steps: [
        { request: 'GET /volumes' },
        { request: 'POST /volumes/create', body: { Name: 'aa' } },
        { request: 'POST /volumes/create', body: { Name: 'aa' } },
        {
          request: 'POST /volumes/create',
          body: { Name: 'bb', Labels: { a: '1' }, DriverOpts: {} },
        },
        {
          request: 'POST /volumes/create',
          body: { Name: 'tt', DriverOpts: { type: 'tmpfs', device: 'tmpfs', o: 'size=1m' } },
        },
        { request: 'POST /volumes/create', body: {}, save: { anon: 'Name' } },
        { request: 'GET /volumes/aa' },
        { request: 'GET /volumes/bb' },
        { request: 'GET /volumes/tt' },
        { request: 'GET /volumes/nosuch' },
        { request: 'GET /volumes', sort: { Volumes: 'Name' } },
        created('aa', { HostConfig: { Binds: ['aa:/a'] } }),
        { request: 'DELETE /volumes/aa' },
        { request: 'DELETE /volumes/aa?force=1' },
        { request: 'DELETE /volumes/bb' },
        { request: 'DELETE /volumes/bb' },
        { request: 'DELETE /volumes/bb?force=1' },
        { request: 'DELETE /containers/aa?v=1' },
        { request: 'GET /volumes/aa', pick: ['Name'] },
        { request: 'DELETE /volumes/aa' },
      ],
    },
    {
      name: 'what is refused',
      steps: [
        { request: 'POST /volumes/create' },
        { request: 'POST /volumes/create', text: '', headers: json },
        { request: 'POST /volumes/create', text: '{', headers: json },
        { request: 'POST /volumes/create', text: '{}', headers: { 'content-type': 'text/plain' } },
        { request: 'POST /volumes/create', body: { Name: 1 } },
        { request: 'POST /volumes/create', body: { Name: 'a' } },
        { request: 'POST /volumes/create', body: { Name: 'a/b' } },
        { request: 'POST /volumes/create', body: { Name: '-x' } },
        { request: 'POST /volumes/create', body: { Name: 'aa', Driver: 'nosuch' } },
        { request: 'POST /volumes/create', body: { Name: 'aa', DriverOpts: { nosuch: '1' } } },
        { request: 'POST /volumes/create', body: { Name: 'aa', DriverOpts: { type: 'tmpfs' } } },
        { request: 'POST /volumes/create', body: { Name: 'aa', DriverOpts: { o: 'x' } } },
        { request: 'POST /volumes/create', body: { Name: 'aa', DriverOpts: { size: 'x' } } },
        { request: 'POST /volumes/create', body: { Name: 'aa', Labels: ['x'] } },
        { request: 'POST /volumes/create', body: { Name: 'dd', Labels: { a: '1' } } },
        {
          request: 'POST /volumes/create',
          body: { Name: 'dd', DriverOpts: { type: 'tmpfs', device: 'tmpfs' } },
        },
        ...requests('DELETE /volumes/nosuch', 'DELETE /volumes/nosuch?force=1', 'PUT /volumes/dd'),
      ],
    },
    {
      name: 'mounts of their own',
      steps: [
        {
          request: 'POST /volumes/create',
          body: { Name: 'bad', DriverOpts: { type: 'tmpfs', device: 'tmpfs', o: 'nosuch=1' } },
        },
        {
          request: 'POST /volumes/create',
          body: { Name: 'missing', DriverOpts: { type: 'none', device: '/nosuch', o: 'bind,ro' } },
        },
        created('one', { HostConfig: { Binds: ['bad:/x'] } }),
        { request: 'POST /containers/one/start' },
        { request: 'GET /containers/one/json', pick: ['State'] },
        created('two', { HostConfig: { Binds: ['missing:/x'] } }),
        { request: 'POST /containers/two/start' },
        created('three', {
          HostConfig: {
            Mounts: [
              {
                Type: 'volume',
                Source: 'made',
                Target: '/x',
                VolumeOptions: {
                  Labels: { a: '1' },
                  DriverConfig: { Options: { type: 'tmpfs', device: 'tmpfs' } },
                },
              },
            ],
          },
        }),
        { request: 'GET /volumes/made' },
        created('four', {
          HostConfig: {
            Mounts: [
              {
                Type: 'volume',
                Source: 'half',
                Target: '/x',
                VolumeOptions: { DriverConfig: { Options: { type: 'tmpfs' } } },
              },
            ],
          },
        }),
      ],
    },
    {
      name: 'filters',
      steps: [
        { request: 'POST /volumes/create', body: { Name: 'aa', Labels: { x: '1' } } },
        { request: 'POST /volumes/create', body: { Name: 'ab' } },
        created('aa', { HostConfig: { Binds: ['ab:/a'] } }),
        list({ name: ['a'] }),
        list({ name: ['b'] }),
        list({ label: ['x'] }),
        list({ label: ['x=2'] }),
        list({ driver: ['local'] }),
        list({ driver: ['nosuch'] }),
        list({ dangling: ['true'] }),
        list({ dangling: ['0'] }),
        { request: `GET /volumes?${filters({ dangling: ['x'] })}` },
        { request: `GET /volumes?${filters({ nosuch: ['x'] })}` },
        { request: 'GET /volumes?filters=x' },
      ],
    },
    {
      name: 'prune',
      steps: [
        { request: 'POST /volumes/prune' },
        { request: 'POST /volumes/create', body: { Name: 'named' } },
        {
          request: 'POST /volumes/create',
          body: { Labels: { keep: '1' } },
          save: { kept: 'Name' },
        },
        { request: 'POST /volumes/create', body: {}, save: { anon: 'Name' } },
        { request: `POST /volumes/prune?${filters({ nosuch: ['x'] })}` },
        { request: `POST /volumes/prune?${filters({ all: ['x'] })}` },
        { request: `POST /volumes/prune?${filters({ 'label!': ['keep'] })}` },
        { request: `POST /volumes/prune?${filters({ label: ['keep'] })}` },
        { request: `POST /volumes/prune?${filters({ all: ['true'] })}` },
        { request: 'GET /volumes', pick: ['Volumes'] },
      ],
    },
  ],
};
