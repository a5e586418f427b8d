import { describe, expect, test } from 'vitest';
import type { ApiRequest } from '../../../api/http.ts';
import type { BuildStatus } from '../../../api/build.ts';
import { encodeBase64Text } from '../../../lib/base64.ts';
import { fakeHandler, runFake, streamResponse } from '../../testing/fake-invocation.ts';

const id = `sha256:${'a'.repeat(64)}`;
const at = (seconds: number) => new Date(1_700_000_000_000 + seconds * 1000).toISOString();
const digest = (name: string) => `sha256:${name}`;

const trace = (status: BuildStatus) => ({ id: 'moby.buildkit.trace', aux: status });
const step = (name: string, times: { started?: number; completed?: number; cached?: boolean; error?: string }) => ({
  digest: digest(name),
  name,
  ...(times.started === undefined ? {} : { started: at(times.started) }),
  ...(times.completed === undefined ? {} : { completed: at(times.completed) }),
  ...(times.cached === undefined ? {} : { cached: times.cached }),
  ...(times.error === undefined ? {} : { error: times.error }),
}); // prettier-ignore

const good = [
  trace({ vertexes: [step('[internal] load', { started: 0 }), step('[2/2] RUN x', {})] }),
  trace({
    vertexes: [step('[internal] load', { started: 0, completed: 0.12 })],
    statuses: [{ id: 'transferring dockerfile:', vertex: digest('[internal] load'), current: 1540, timestamp: at(0.1), started: at(0), completed: at(0.1) }],
  }),
  trace({ vertexes: [step('[1/2] FROM y', { started: 0.2, completed: 0.2, cached: true }), step('[2/2] RUN x', { started: 1 })] }),
  trace({ logs: [{ vertex: digest('[2/2] RUN x'), stream: 1, data: encodeBase64Text('one\ntw'), timestamp: at(1.5) }] }),
  trace({ logs: [{ vertex: digest('[2/2] RUN x'), stream: 1, data: encodeBase64Text('o\n'), timestamp: at(1.6) }] }),
  trace({
    vertexes: [step('[2/2] RUN x', { started: 1, completed: 2 })],
    warnings: [{ vertex: digest('[internal] load'), short: encodeBase64Text('Rule: words (line 1)') }],
  }),
  { id: 'moby.image.id', aux: { ID: id } },
]; // prettier-ignore

const plain = `#0 building with "default" instance using docker driver

#1 [internal] load
#1 transferring dockerfile: 1.54kB 0.1s done
#1 DONE 0.1s

#2 [1/2] FROM y
#2 CACHED

#3 [2/2] RUN x
#3 0.500 one
#3 0.500 two
#3 DONE 1.0s

 \x1b[33m1 warning found (use docker --debug to expand):
\x1b[0m - Rule: words (line 1)
`;

function builder(messages: readonly object[]) {
  const requests: ApiRequest[] = [];
  const handler = fakeHandler({
    'POST /build': async (request) => {
      requests.push(request);
      if (request.body instanceof ReadableStream) await new Response(request.body).bytes();
      return streamResponse(messages.map((message) => `${JSON.stringify(message)}\n`));
    },
  });
  return { handler, query: () => new URL(`http://x${requests[0]?.path}`).searchParams, requests };
}

const stdin = 'FROM y\nRUN x\n';

describe('docker build', () => {
  test('shows the steps as lines, and what was warned of', async () => {
    const { handler, query } = builder(good);
    const argv = [
      'build',
      '-t',
      'a',
      '--build-arg',
      'K=v',
      '--build-arg',
      'HOME',
      '--target',
      'z',
      '-',
    ];
    const result = await runFake({
      argv,
      handler,
      stdin,
      env: { HOME: '/h', SOURCE_DATE_EPOCH: '5' },
    });
    expect(result).toMatchObject({ stderr: plain, stdout: '', exitCode: 0 });
    expect(Object.fromEntries(query())).toEqual({
      t: 'a', version: '2', dockerfile: 'Dockerfile', networkmode: 'default', target: 'z', buildargs: '{"SOURCE_DATE_EPOCH":"5","K":"v","HOME":"/h"}',
    }); // prettier-ignore
  });

  test('prints the ID alone, and writes it', async () => {
    const argv = ['build', '-q', '--iidfile', 'id', '--metadata-file', '/m', '-'];
    const { stdout, stderr, files } = await runFake({
      argv,
      handler: builder(good).handler,
      stdin,
    });
    expect([stdout, stderr, files.get('/root/id')]).toEqual([`${id}\n`, '', id]);
    expect(JSON.parse(files.get('/m') ?? '')).toMatchObject({
      'buildx.build.ref': expect.stringMatching(/^default\/default\/[0-9a-z]{25}$/),
      'containerimage.config.digest': id,
    });
  });

  test('writes each output where it goes, and asks for what is not said', async () => {
    const piece = (output: number, text: string) => ({
      id: 'bottleship.build.export',
      aux: { output, data: encodeBase64Text(text) },
    });
    const pieces = [piece(0, 'loc'), piece(1, 'one '), piece(0, 'al'), piece(1, 'two')];
    const { handler, query } = builder([...pieces, ...good]);
    const argv = 'build -o out -o type=oci,dest=- --push --load -'.split(' ');
    const { stdout, files, exitCode } = await runFake({ argv, handler, stdin });
    expect([exitCode, stdout, files.get('/root/out')]).toEqual([0, 'one two', 'local']);
    expect(JSON.parse(query().get('outputs') ?? '')).toEqual([
      { Type: 'local', Attrs: { dest: '/root/out' } },
      { Type: 'oci', Attrs: { dest: '-' } },
      { Type: 'registry', Attrs: {} },
      { Type: 'docker', Attrs: {} },
    ]);
  });

  test('annotations are attributes of every output', async () => {
    const { handler, query } = builder(good);
    const argv =
      'build -o type=image --annotation a=b --annotation manifest,index[linux/386]:c=d=e -';
    await runFake({ argv: argv.split(' '), handler, stdin });
    expect(JSON.parse(query().get('outputs') ?? '')[0].Attrs).toEqual({
      'annotation.a': 'b',
      'annotation-manifest.c': 'd=e',
      'annotation-index[linux/386].c': 'd=e',
    });
    const run = (text: string) =>
      runFake({ argv: ['build', '-o', 'x', '--annotation', text, '-'] });
    expect((await run('a')).stderr).toBe('ERROR: invalid annotation "a", expected key=value\n');
    expect((await run('x:a=b')).stderr).toBe('ERROR: unknown annotation type "x"\n');
  });

  test.each([
    [['id=a'], ['abc', 'bca']],
    [['type=regular', 'shared=true'], ['abc']],
    [['description~=^RUN'], ['bca']],
    [['type!=regular'], ['xyz']],
    [['type=regular', 'type=internal'], 'ERROR: type expects exactly one value\n'],
  ])('du lists what %j names', async (filters, wanted) => {
    const record = (ID: string, more: object) => ({ ID, Type: 'regular', Size: 1, ...more });
    const BuildCache = [
      record('abc', { Shared: true, Description: 'COPY' }),
      record('bca', { Shared: false, Description: 'RUN x' }),
      record('xyz', { Shared: false, Description: '', Type: 'internal' }),
    ];
    const argv = ['buildx', 'du', ...filters.flatMap((one) => ['--filter', one])];
    const { handler } = builder([]);
    const { stdout, stderr } = await runFake({
      argv,
      handler: async (request) =>
        request.path.includes('/system/df')
          ? {
              status: 200,
              headers: {},
              body: new TextEncoder().encode(JSON.stringify({ BuildCache })),
            }
          : handler(request),
    });
    if (typeof wanted === 'string') expect(stderr).toBe(wanted);
    else expect(stdout.match(/^[a-z]{3} /gm)?.map((word) => word.trim())).toEqual(wanted);
  });

  test('prints messages as they come', async () => {
    const argv = ['build', '--progress=rawjson', '-'];
    const { stderr } = await runFake({ argv, handler: builder(good).handler, stdin });
    expect(stderr.split('\n')[3]).toBe(
      JSON.stringify(good[3] && 'aux' in good[3] ? good[3].aux : {}),
    );
  });

  test('draws a list on a terminal', async () => {
    const argv = ['build', '-'];
    const terminal = { stderr: true, columns: 60, rows: 20 };
    const { stderr } = await runFake({
      argv,
      handler: builder(good).handler,
      stdin,
      terminal,
      now: Date.parse(at(2)),
    });
    const list = stderr.slice(stderr.lastIndexOf('[+]'), stderr.lastIndexOf('\x1b[?25h'));
    const escape = new RegExp(`${String.fromCharCode(27)}\\[[0-9]+m`, 'g');
    expect(list.replace(escape, '')).toBe(
      [
        '[+] Building 0.0s (3/3) FINISHED             docker:default',
        ' => [internal] load                                    0.1s',
        ' => => transferring dockerfile: 1.54kB                 0.1s',
        ' => WARN: Rule: words (line 1)                         0.1s',
        ' => CACHED [1/2] FROM y                                0.0s',
        ' => [2/2] RUN x                                        1.0s',
        '',
      ].join('\n'), // prettier-ignore
    );
  });

  test('frames what went wrong, with the last lines of the step', async () => {
    const error = 'process "x" did not complete successfully: exit code: 3';
    const failed = [
      trace({ vertexes: [step('RUN x', { started: 0 })], logs: [{ vertex: digest('RUN x'), data: encodeBase64Text('no\n'), timestamp: at(0.1) }] }),
      trace({ vertexes: [step('RUN x', { started: 0, completed: 1, error })] }),
      { error, errorDetail: { message: error, sources: [{ filename: 'Dockerfile', text: stdin, ranges: [{ startLine: 2, endLine: 2 }] }] } },
    ]; // prettier-ignore
    const result = await runFake({ argv: ['build', '-'], handler: builder(failed).handler, stdin });
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toBe(`#0 building with "default" instance using docker driver

#1 RUN x
#1 0.100 no
#1 ERROR: ${error}
------
 > RUN x:
0.100 no
------
Dockerfile:2
--------------------
   1 |     FROM y
   2 | >>> RUN x
   3 |     
--------------------
ERROR: failed to solve: ${error}
`);
  });

  test('sends what every flag says', async () => {
    const { handler, requests } = builder(good);
    const line =
      'build -t a -t b --build-arg one=1 --build-arg two --label x=y --target t --pull --no-cache --no-cache-filter s --add-host h:1.2.3.4 --ulimit nofile=1:2 --shm-size 1k --network none --cgroup-parent /c --cache-from i --cache-to type=inline --allow network.host --sbom=false --platform linux/386 -';
    const result = await runFake({
      argv: line.split(' '),
      env: { two: '2' },
      stdin: 'FROM scratch\n',
      handler,
    });
    expect(result.exitCode).toBe(0);
    const query = new URL(requests[0]?.path ?? '', 'http://d').searchParams;
    expect(query.getAll('t')).toEqual(['a', 'b']);
    expect(Object.fromEntries(query)).toMatchObject({
      allow: 'network.host',
      buildargs: '{"one":"1","two":"2"}',
      cachefrom: '["i"]',
      cacheto: '["type=inline"]',
      cgroupparent: '/c',
      extrahosts: 'h:1.2.3.4',
      labels: '{"x":"y"}',
      networkmode: 'none',
      nocache: expect.stringMatching(/^(1|true)$/),
      nocachefilter: 's',
      platform: 'linux/386',
      pull: expect.stringMatching(/^(1|true)$/),
      shmsize: '1024',
      target: 't',
      ulimits: '[{"Name":"nofile","Soft":1,"Hard":2}]',
      version: '2',
    });
  });

  test.each([
    ['--provenance=true', 'Attestation', 'attestations'],
    ['--attest type=sbom', 'Attestation', 'attestations'],
    ['--cache-to type=local,dest=x', 'Cache export', 'build-cache-backends'],
    ['--platform linux/386,linux/amd64', 'Multi-platform build', 'build-multi-platform'],
  ])('refuses %s as the docker driver does', async (flag, feature, page) => {
    const { stderr, exitCode } = await runFake({ argv: ['build', ...flag.split(' '), '-'] });
    expect([exitCode, stderr]).toEqual([
      1,
      `ERROR: ${feature} is not supported for the docker driver.\nSwitch to a different driver, or turn on the containerd image store, and try again.\nLearn more at https://docs.docker.com/go/${page}/\n`,
    ]);
  });

  test('warns of flags that BuildKit does not have', async () => {
    const { handler } = builder(good);
    const argv = ['build', '-q', '--squash', '--isolation', 'x', '-'];
    const { stderr } = await runFake({ argv, stdin: 'FROM scratch\n', handler });
    expect(stderr).toMatch(/^WARNING: isolation flag is deprecated with BuildKit\.\nWARNING: exp/);
  });

  test('sends SSH agents and keys apart from the words', async () => {
    const requests: ApiRequest[] = [];
    const files = { '/root/one': '-----BEGIN OPENSSH PRIVATE KEY-----\n', '/root/none': 'x' };
    const run = (...argv: string[]) =>
      runFake({
        argv: ['build', ...argv, '-'],
        stdin: 'FROM scratch\n',
        files,
        handler: (request) => {
          requests.push(request);
          return Promise.resolve({ status: 200, headers: {}, body: new Uint8Array() });
        },
      });
    await run('--ssh', 'a=no', '--ssh', 'a=one,one');
    const key = btoa(files['/root/one']);
    expect(JSON.parse(atob(requests[0]?.headers['x-build-ssh'] ?? ''))).toEqual({
      a: { keys: [key, key] },
    });
    const errors = [];
    for (const spec of ['default', 'a=nosuch', 'a=none'])
      errors.push((await run('--ssh', spec)).stderr);
    expect(errors).toEqual([
      'ERROR: invalid empty ssh agent socket: make sure SSH_AUTH_SOCK is set\n',
      'ERROR: stat nosuch: no such file or directory\n',
      'ERROR: failed to parse none: ssh: no key found\n',
    ]);
  });

  test('sends secrets apart from the words', async () => {
    const { handler, requests } = builder(good);
    const files = { '/root/key': 'k' };
    const argv = ['build', '--secret', 'id=a,src=key', '--secret', 'id=b,env=B', '-'];
    await runFake({ argv, handler, stdin, files, env: { B: 'v' } });
    expect(JSON.parse(atob(requests[0]?.headers['x-build-secrets'] ?? ''))).toEqual({
      a: btoa('k'),
      b: btoa('v'),
    });
    expect(requests[0]?.path).not.toContain('secret');
  });

  test.each([
    [['-', '-f', '-'], "invalid argument: can't use stdin for both build context and dockerfile"],
    [['nowhere'], 'ERROR: unable to prepare context: path "nowhere" not found'],
    [['--progress', 'x', '-'], 'ERROR: invalid progress mode x'],
    [['--call', 'x', '-'], 'ERROR: invalid call function x'],
    [['--secret', 'src=x', '-'], 'ERROR: secret missing required id'],
    [['--secret', 'id=x,src=no', '-'], 'ERROR: failed to stat no: stat no: no such file or directory'],
    [['-o', '-', '-o', '-', '-'], 'ERROR: multiple outputs to stdout are not supported'],
    [['-o', 'type=local', '-'], 'ERROR: dest is required for local output'],
    [['--build-context', 'x', '-'], 'ERROR: invalid context value: x, expected key=value'],
  ])('refuses %j', async (words, message) => {
    const { handler } = builder(good);
    const result = await runFake({ argv: ['build', ...words], handler, stdin });
    expect(result).toMatchObject({ stderr: `${message}\n`, exitCode: 1 });
  }); // prettier-ignore

  test('prints what a check found, and fails', async () => {
    const call = {
      call: 'check',
      sources: [{ filename: 'Dockerfile', data: encodeBase64Text(stdin) }],
      warnings: [
        {
          ruleName: 'R',
          url: 'https://r',
          detail: 'Words',
          location: { ranges: [{ start: { line: 1 }, end: { line: 1 } }] },
        },
      ],
    };
    const { handler, query } = builder([{ id: 'bottleship.build.call', aux: call }]);
    const result = await runFake({ argv: ['build', '--check', '-'], handler, stdin });
    expect(result.exitCode).toBe(1);
    expect(query().get('call')).toBe('check');
    expect(result.stdout).toBe(
      'Check complete, 1 warning has been found!\n\nWARNING: R - https://r\nWords\nDockerfile:1\n--------------------\n' +
        '   1 | >>> FROM y\n   2 |     RUN x\n   3 |     \n--------------------\n',
    );
  });

  test('prints targets', async () => {
    const call = {
      call: 'targets',
      targets: [{ name: 'a', description: 'first' }, { default: true }],
    };
    const { handler } = builder([{ id: 'bottleship.build.call', aux: call }]);
    const { stdout } = await runFake({ argv: ['build', '--call=targets', '-'], handler, stdin });
    expect(stdout).toBe('TARGET    DESCRIPTION\na         first\n(default) \n');
  });
});

describe('DOCKER_BUILDKIT=0 docker build', () => {
  const env = { DOCKER_BUILDKIT: '0' };
  const messages = [
    { stream: 'Step 1/1 : FROM y\n' },
    { aux: { ID: id } },
    { stream: 'Successfully built aaaaaaaaaaaa\n' },
  ];

  test('shows the classic steps, with the notice', async () => {
    const { handler, query } = builder(messages);
    const argv = ['build', '--iidfile', '/id', '--rm=false', '-'];
    const result = await runFake({ argv, handler, stdin, env });
    expect(result.stderr).toContain('DEPRECATED: The legacy builder is deprecated');
    expect(result.stdout).toBe(
      'Sending build context to Docker daemon  2.048kB\r\r\nStep 1/1 : FROM y\nSuccessfully built aaaaaaaaaaaa\n',
    );
    expect(result.files.get('/id')).toBe(id);
    expect(Object.fromEntries(query())).toMatchObject({
      version: '1',
      rm: '0',
      dockerfile: 'Dockerfile',
    });
  });

  test("ends with the command's exit code", async () => {
    const errorDetail = { code: 7, message: 'The command failed' };
    const { handler } = builder([
      { stream: 'Step\n' },
      { error: errorDetail.message, errorDetail },
    ]);
    const result = await runFake({ argv: ['build', '-q', '-'], handler, stdin, env });
    expect(result.exitCode).toBe(7);
    expect(result.stderr).toContain('Step\nThe command failed\n');
  });
});
