import { describe, expect, it } from 'vitest';
import { parseImageConfig } from './image-config.ts';

const diffId = `sha256:${'b'.repeat(64)}`;
const parse = (body: unknown) => parseImageConfig(new TextEncoder().encode(JSON.stringify(body)));
const minimal = {
  architecture: '386',
  os: 'linux',
  rootfs: { type: 'layers', diff_ids: [diffId] },
};

describe('parseImageConfig()', () => {
  it('reads what a container starts with', () => {
    const config = parse({
      ...minimal,
      created: '2024-01-02T03:04:05.6Z',
      author: 'me',
      config: {
        User: 'nobody',
        ExposedPorts: { '80/tcp': {} },
        Env: ['A=b'],
        Entrypoint: ['/e'],
        Cmd: null,
        Volumes: { '/data': {} },
        WorkingDir: '/w',
        Labels: { a: 'b', ['__proto__']: 'c' },
        StopSignal: 'SIGQUIT',
        Healthcheck: { Test: ['CMD', 'true'], Interval: 30_000_000_000, Retries: 3 },
        ArgsEscaped: true,
      },
      history: [
        { created_by: 'RUN x', empty_layer: true },
        { created: 'then', comment: 'c' },
      ],
    });
    expect(config).toMatchObject({
      platform: { os: 'linux', architecture: '386' },
      created: '2024-01-02T03:04:05.6Z',
      author: 'me',
      diffIds: [diffId],
      history: [
        { createdBy: 'RUN x', emptyLayer: true },
        { created: 'then', comment: 'c', emptyLayer: false },
      ],
    });
    expect(config.config).toEqual({
      User: 'nobody',
      ExposedPorts: { '80/tcp': {} },
      Env: ['A=b'],
      Entrypoint: ['/e'],
      Volumes: { '/data': {} },
      WorkingDir: '/w',
      Labels: Object.fromEntries([
        ['a', 'b'],
        ['__proto__', 'c'],
      ]),
      StopSignal: 'SIGQUIT',
      Healthcheck: { Test: ['CMD', 'true'], Interval: 30_000_000_000, Retries: 3 },
    });
  });

  it('reads an image that says nothing', () => {
    expect(parse({ rootfs: { type: 'layers' } })).toEqual({
      platform: { os: 'linux', architecture: '' },
      config: {},
      diffIds: [],
      history: [],
    });
  });

  const refused: [body: unknown, message: string][] = [
    [[], 'image config is not a JSON object'],
    [{}, 'invalid rootfs in image configuration'],
    [{ ...minimal, rootfs: { diff_ids: ['x'] } }, 'invalid rootfs in image configuration'],
    [{ ...minimal, rootfs: [] }, 'image config has a malformed "rootfs"'],
    [{ ...minimal, os: 1 }, 'image config has a malformed "os"'],
    [{ ...minimal, config: { Env: 'A=b' } }, 'image config has a malformed "Env"'],
    [{ ...minimal, config: { Cmd: [1] } }, 'image config has a malformed "Cmd"'],
    [{ ...minimal, config: { Labels: { a: 1 } } }, 'image config has a malformed "a"'],
    [{ ...minimal, config: { Volumes: [] } }, 'image config has a malformed "Volumes"'],
    [
      { ...minimal, config: { Healthcheck: { Retries: '3' } } },
      'image config has a malformed "Retries"',
    ],
    [{ ...minimal, history: {} }, 'image config has a malformed "history"'],
  ];
  for (const [body, message] of refused) {
    it(`refuses ${JSON.stringify(body).slice(0, 70)}`, () =>
      expect(() => parse(body)).toThrow(message));
  }
});
