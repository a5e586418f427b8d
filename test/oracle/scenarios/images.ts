/** Images: list, inspect, history, tag, delete, and what moves them in and out. */
import { filters, requests, type Step, type Topic } from '../scenario.ts';
import { created, running } from './states.ts';

const json = { 'content-type': 'application/json' };
const tags = ['[0].RepoTags', '[1].RepoTags', '[2].RepoTags', '[3].RepoTags'];
const list = (values: Readonly<Record<string, readonly string[]>>): Step => ({
  request: `GET /images/json?${filters(values)}`,
  pick: tags,
});

export const imageList: Topic = {
  name: 'image-list',
  scenarios: [
    {
      name: 'list',
      steps: [
        { request: 'GET /images/json' },
        { request: 'GET /images/json?all=1', pick: tags },
        { request: 'GET /images/json?digests=1', pick: ['[0].RepoDigests'] },
        { request: 'GET /images/json?shared-size=1', pick: ['[0].SharedSize', '[0].Containers'] },
        list({ dangling: ['true'] }),
        list({ dangling: ['false'] }),
        list({ dangling: ['x'] }),
        list({ label: ['tier'] }),
        list({ label: ['tier=front'] }),
        list({ label: ['tier=back'] }),
        list({ reference: ['busybox'] }),
        list({ reference: ['busy*'] }),
        list({ reference: ['web:1.0'] }),
        list({ reference: ['*/*/web'] }),
        list({ reference: ['*'] }),
        list({ reference: ['example.org/team/*:latest'] }),
        list({ reference: ['nosuch'] }),
        list({ before: ['web:1.0'] }),
        list({ since: ['web:1.0'] }),
        list({ since: ['busybox'], before: ['bare'] }),
        list({ until: ['2026-01-15T00:00:00Z'] }),
        list({ until: ['1769000000'] }),
      ],
    },
    {
      name: 'bad filters',
      steps: [
        { request: 'GET /images/json?filters=x' },
        list({ nosuch: ['x'] }),
        list({ before: ['nosuch'] }),
        list({ since: ['nosuch'] }),
        list({ until: ['x'] }),
        list({ reference: ['['] }),
        list({ dangling: ['true', 'false'] }),
      ],
    },
  ],
};

export const images: Topic = {
  name: 'images',
  scenarios: [
    {
      name: 'inspect and history',
      steps: [
        ...requests(
          'GET /images/busybox/json',
          'GET /images/web:1.0/json',
          'GET /images/bare/json',
          'GET /images/nosuch/json',
          'GET /images/nosuch:1/json',
          'GET /images/UPPER/json',
          'GET /images/example.org/team/nosuch/json',
          'GET /images/sha256:0000000000000000000000000000000000000000000000000000000000000000/json',
          'GET /images/busybox/history',
          'GET /images/web:1.0/history',
          'GET /images/nosuch/history',
        ),
        { request: 'GET /images/example.org/team/web/json', pick: ['Id'] },
        { request: 'GET /images/docker.io/library/busybox:latest/json', pick: ['Id'] },
        { request: 'GET /images/web/json' },
      ],
    },
    {
      name: 'tag and untag',
      steps: [
        ...requests(
          'POST /images/busybox/tag?repo=mine&tag=1',
          'POST /images/busybox/tag?repo=mine:2',
          'POST /images/busybox/tag?repo=example.org:5000/a/b',
          'POST /images/busybox/tag?repo=UPPER',
          'POST /images/busybox/tag?repo=a&tag=.bad',
          'POST /images/busybox/tag?repo=',
          'POST /images/busybox/tag',
          'POST /images/nosuch/tag?repo=a',
          'POST /images/busybox/tag?repo=sha256:0000000000000000000000000000000000000000000000000000000000000000',
          'POST /images/busybox/tag?repo=a@sha256:0000000000000000000000000000000000000000000000000000000000000000',
          'POST /images/busybox/tag?repo=0000000000000000000000000000000000000000000000000000000000000000',
        ),
        { request: 'GET /images/busybox/json', pick: ['RepoTags'] },
        ...requests(
          'DELETE /images/mine:1',
          'DELETE /images/mine:2',
          'DELETE /images/mine:2',
          'DELETE /images/example.org:5000/a/b',
          'DELETE /images/nosuch',
          'DELETE /images/UPPER',
        ),
      ],
    },
    {
      name: 'delete what is used',
      steps: [
        created('aa'),
        { request: 'POST /images/busybox/tag?repo=second' },
        { request: 'DELETE /images/second' },
        { request: 'DELETE /images/busybox' },
        ...running('bb'),
        { request: 'DELETE /images/busybox?force=1' },
        { request: 'GET /images/busybox/json', pick: ['RepoTags'] },
      ],
    },
    {
      name: 'commit',
      steps: [
        ...running('aa', { Cmd: ['sh', '-c', 'echo new > /new; rm /etc/group; sleep 1000'] }),
        { request: 'GET /containers/aa/changes', until: '/etc/group', sort: { '': 'Path' } },
        {
          request: `POST /commit?container=aa&repo=committed&tag=1&author=me&comment=why&changes=${encodeURIComponent('CMD ["other"]\nENV X=1\nLABEL l=2\nEXPOSE 80\nVOLUME /v\nUSER 5\nWORKDIR /w\nENTRYPOINT ["e"]\nONBUILD RUN x\nHEALTHCHECK NONE')}`,
          save: { image: 'Id' },
        },
        { request: 'GET /images/committed:1/json' },
        { request: 'GET /images/committed:1/history' },
        { request: 'POST /commit?container=aa&pause=0', save: { second: 'Id' } },
        {
          request: 'GET /images/$second/json',
          pick: ['RepoTags', 'Parent', 'Config', 'Author', 'Comment'],
        },
        {
          request: 'POST /commit?container=aa',
          body: { Cmd: ['given'], Labels: { a: 'b' } },
          save: { third: 'Id' },
        },
        { request: 'GET /images/$third/json', pick: ['Config'] },
        { request: 'POST /commit?container=nosuch' },
        { request: 'POST /commit' },
        { request: 'POST /commit?container=aa&repo=UPPER' },
        { request: 'POST /commit?container=aa&changes=NOSUCH%20x' },
        { request: 'POST /commit?container=aa&changes=RUN%20x' },
        { request: 'POST /commit?container=aa', text: '{', headers: json },
        { request: 'DELETE /containers/aa?force=1' },
        { request: 'DELETE /images/committed:1' },
      ],
    },
    {
      name: 'prune',
      steps: [
        { request: 'POST /images/prune' },
        created('aa'),
        { request: 'POST /commit?container=aa', save: { image: 'Id' } },
        {
          request: `GET /images/json?${filters({ dangling: ['true'] })}`,
          pick: ['[0].Id', '[0].RepoTags', '[0].RepoDigests'],
        },
        { request: `POST /images/prune?${filters({ nosuch: ['x'] })}` },
        { request: `POST /images/prune?${filters({ dangling: ['x'] })}` },
        { request: `POST /images/prune?${filters({ until: ['24h'] })}` },
        { request: `POST /images/prune?${filters({ label: ['nosuch'] })}` },
        { request: 'POST /images/prune', pick: ['ImagesDeleted[0].Deleted', 'SpaceReclaimed'] },
        { request: 'POST /build/prune' },
      ],
    },
  ],
};

const member = (name: string, content: string) => ({ name, type: '0', content });

export const imageTransfer: Topic = {
  name: 'image-transfer',
  scenarios: [
    {
      name: 'pull and push errors',
      steps: [
        ...requests(
          'POST /images/create',
          'POST /images/create?fromImage=',
          'POST /images/create?fromImage=UPPER',
          'POST /images/create?fromImage=a:b:c',
          'POST /images/create?fromImage=127.0.0.1:1/nosuch&tag=1',
          'POST /images/create?fromImage=a&platform=x/y/z/w',
          'POST /images/nosuch/push',
          'POST /images/nosuch/push?tag=1',
          'POST /images/UPPER/push',
        ),
        { request: 'POST /images/nosuch/push', headers: { 'x-registry-auth': 'e30=' } },
        { request: 'GET /images/search?term=127.0.0.1:1/x' },
        { request: `GET /images/search?term=a&${filters({ nosuch: ['x'] })}` },
        { request: 'GET /images/search?term=a&limit=x' },
        { request: 'GET /images/search?term=a&limit=101' },
      ],
    },
    {
      name: 'load',
      steps: [
        {
          request: 'POST /images/load',
          text: '',
          headers: { 'content-type': 'application/x-tar' },
        },
        {
          request: 'POST /images/load',
          text: 'no tar',
          headers: { 'content-type': 'application/x-tar' },
        },
        { request: 'POST /images/load', tar: [member('x', 'y')] },
        { request: 'POST /images/load', tar: [member('manifest.json', '{')] },
        { request: 'POST /images/load', tar: [member('manifest.json', '[]')] },
        {
          request: 'POST /images/load',
          tar: [member('manifest.json', '[{"Config":"c.json","Layers":[]}]')],
        },
        {
          request: 'POST /images/load',
          tar: [
            member('manifest.json', '[{"Config":"c.json","RepoTags":["loaded:1"],"Layers":[]}]'),
            member(
              'c.json',
              '{"architecture":"386","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[]}}',
            ),
          ],
        },
        {
          request: 'GET /images/loaded:1/json',
          pick: ['RepoTags', 'RootFS', 'Size', 'Os', 'Architecture'],
        },
        {
          request: 'POST /images/load?quiet=1',
          tar: [
            member('manifest.json', '[{"Config":"c.json","RepoTags":["UPPER"],"Layers":[]}]'),
            member(
              'c.json',
              '{"architecture":"386","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[]}}',
            ),
          ],
        },
        {
          request: 'POST /images/load?quiet=1',
          tar: [
            member(
              'manifest.json',
              '[{"Config":"c.json","RepoTags":null,"Layers":["a/layer.tar"]}]',
            ),
            member(
              'c.json',
              '{"architecture":"386","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["sha256:0000000000000000000000000000000000000000000000000000000000000000"]}}',
            ),
            member('a/layer.tar', 'x'),
          ],
        },
      ],
    },
    {
      name: 'save',
      steps: [
        ...requests(
          'GET /images/nosuch/get',
          'GET /images/UPPER/get',
          'GET /images/get?names=nosuch',
          'GET /images/get',
        ),
      ],
    },
    {
      name: 'import',
      steps: [
        {
          request: `POST /images/create?fromSrc=-&repo=imported&tag=1&message=why&changes=${encodeURIComponent('CMD ["x"]')}&platform=linux/386`,
          tar: [member('file', 'content')],
          pick: ['status'],
        },
        {
          request: 'GET /images/imported:1/json',
          pick: [
            'RepoTags',
            'Config',
            'Os',
            'Architecture',
            'Comment',
            'Size',
            'Author',
            'Parent',
            'DockerVersion',
          ],
        },
        {
          request: 'GET /images/imported:1/history',
          pick: ['[0].Comment', '[0].CreatedBy', '[0].Size', '[0].Tags', '[1]'],
        },
        { request: 'POST /images/create?fromSrc=-&repo=UPPER', tar: [] },
        { request: 'POST /images/create?fromSrc=-&repo=a&changes=NOSUCH', tar: [] },
        {
          request: 'POST /images/create?fromSrc=-&repo=a',
          text: 'no tar',
          headers: { 'content-type': 'application/x-tar' },
        },
        { request: 'POST /images/create?fromSrc=http://127.0.0.1:1/x.tar&repo=a' },
        { request: 'POST /images/create?fromSrc=nosuch:x&repo=a' },
      ],
    },
  ],
};
