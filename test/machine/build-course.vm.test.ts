/** What courses build: each case a Dockerfile as a lesson would have it, built and run from the machine's shell. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestHost, startTestHost } from '../support/host.ts';

let host: TestHost;

beforeAll(async () => {
  host = await startTestHost({ memorySizeBytes: 528 * 1024 * 1024 });
  await output('docker pull -q busybox');
});

afterAll(async () => {
  await host.dispose();
});

async function output(commandLine: string): Promise<string> {
  const { stdout, stderr, exitCode } = await host.run(commandLine);
  if (exitCode !== 0) throw new Error(`${commandLine}: exit ${exitCode}: ${stdout}${stderr}`);
  return stdout;
}

/** Builds from standard input, or in a directory of the machine with the files given. */
async function build(
  name: string,
  dockerfile: string,
  { files = {}, options = '' }: { files?: Readonly<Record<string, string>>; options?: string } = {},
): Promise<void> {
  const folder = `/tmp/context-${name}`;
  for (const [path, content] of Object.entries({ ...files, Dockerfile: dockerfile }))
    await output(`mkdir -p ${folder} && cat > ${folder}/${path} <<'END'\n${content}\nEND`);
  await output(`docker build -q -t ${name} ${options} ${folder}`);
}

const sizeOf = async (name: string) =>
  Number(await output(`docker image inspect -f '{{.Size}}' ${name}`));

describe('docker build', () => {
  test('a clean-up in the same layer saves its bytes, in a later one it does not', async () => {
    const fill = 'dd if=/dev/urandom of=/lists bs=64k count=16 2>/dev/null';
    await build('clean-same', `FROM busybox\nRUN ${fill} && rm /lists`);
    await build('clean-later', `FROM busybox\nRUN ${fill}\nRUN rm /lists`);
    const base = await sizeOf('busybox');
    expect((await sizeOf('clean-same')) - base).toBeLessThan(16_384);
    expect((await sizeOf('clean-later')) - base).toBeGreaterThan(1_000_000);
    expect(await output('docker run --rm clean-later sh -c "ls /lists 2>&1 || true"')).toContain(
      'No such file',
    );
  });

  test('a directory beside the context is copied from, and mounted', async () => {
    await output('mkdir -p /tmp/beside/in && echo near > /tmp/beside/in/word');
    const mount = '--mount=from=beside,source=in,target=/near';
    await build(
      'near',
      `FROM busybox\nCOPY --from=beside in/word /copied\nRUN ${mount} cp /near/word /mounted`,
      {
        options: '--build-context beside=/tmp/beside',
      },
    );
    expect(await output('docker run --rm near cat /copied /mounted')).toBe('near\nnear\n');
  });

  test('ONBUILD waits for the image that is built from it', async () => {
    await build('waits', 'FROM busybox\nONBUILD COPY app /app\nONBUILD RUN wc -c < /app > /size');
    await build('waited', 'FROM waits', { files: { app: 'program' } });
    expect(await output('docker run --rm waited cat /app /size')).toBe('program\n8\n');
  });

  test('ARG before FROM chooses the base, and is gone in the stage', async () => {
    const dockerfile =
      'ARG tag=nosuch\nFROM busybox:${tag}\nRUN echo "[$tag]" > /tag\nCMD cat /tag';
    await build('chosen', dockerfile, { options: '--build-arg tag=latest' });
    expect(await output('docker run --rm chosen')).toBe('[]\n');
  });

  test.each([
    ['neither in a shell', 'ENTRYPOINT ["echo","e"]\nCMD ["c"]', 'e c\n', 'e given\n'],
    ['the command in a shell', 'ENTRYPOINT ["echo","e"]\nCMD c', 'e /bin/sh -c c\n', 'e given\n'],
    ['the entrypoint in a shell', 'ENTRYPOINT echo e\nCMD ["c"]', 'e\n', 'e\n'],
    ['both in a shell', 'ENTRYPOINT echo e\nCMD c', 'e\n', 'e\n'],
  ])('ENTRYPOINT with CMD: %s', async (_name, lines, alone, given) => {
    await build('pair', `FROM busybox\n${lines}`);
    expect(await output('docker run --rm pair')).toBe(alone);
    expect(await output('docker run --rm pair given')).toBe(given);
  });

  test('a HEALTHCHECK of the image turns unhealthy', async () => {
    const check = 'HEALTHCHECK --interval=1s --retries=1 CMD test -e /ok';
    await build('healthy', `FROM busybox\nRUN touch /ok\n${check}\nCMD ["sleep","1000"]`);
    await output('docker run -d --name patient healthy');
    const until = (state: string) =>
      output(
        `for i in $(seq 100); do docker inspect -f '{{.State.Health.Status}}' patient | grep -qx ${state} && exit 0; sleep 0.2; done; exit 1`,
      );
    await until('healthy');
    await output('docker exec patient rm /ok');
    await until('unhealthy');
    await output('docker rm -f patient');
  });

  test('USER owns what a named volume is filled with', async () => {
    const make = 'RUN mkdir /data && chown 1000:1000 /data';
    await build('owner', `FROM busybox\n${make}\nUSER 1000:1000\nVOLUME /data`);
    const write = 'docker run --rm -v kept:/data owner';
    await output(`${write} sh -c 'id -u > /data/mine'`);
    expect(await output(`${write} stat -c '%u:%g %n' /data /data/mine`)).toBe(
      '1000:1000 /data\n1000:1000 /data/mine\n',
    );
  });

  test('SHELL is another one from there on', async () => {
    const shell = 'SHELL ["/bin/busybox","ash","-eu","-c"]';
    await build(
      'shell',
      `FROM busybox\nRUN echo $- > /one\n${shell}\nRUN echo $- > /two\nCMD cat /one /two`,
    );
    const [one = '', two = ''] = (await output('docker run --rm shell')).split('\n');
    expect(one).not.toContain('e');
    expect(two).toMatch(/e.*u|u.*e/);
    expect(
      (
        await host.run(
          `docker build -q -t unset - <<'END'\nFROM busybox\n${shell}\nRUN echo $nosuch\nEND`,
        )
      ).exitCode,
    ).toBe(1);
  });

  test('a compiler stage leaves a static program of a few kilobytes', async () => {
    const files = {
      'hello.c': '#include <stdio.h>\nint main(void) { puts("Hello from scratch"); }',
    };
    const lines = 'FROM tcc AS build\nCOPY hello.c /\nRUN tcc -static -o /hello /hello.c';
    await build('small', `${lines}\nFROM scratch\nCOPY --from=build /hello /\nCMD ["/hello"]`, {
      files,
    });
    expect(await output('docker run --rm small')).toBe('Hello from scratch\n');
    expect(await sizeOf('small')).toBeLessThan(20_000);
    await output('docker build -q --target build -t stage /tmp/context-small');
    expect(await output('docker run --rm stage ls /hello.c /hello')).toBe('/hello\n/hello.c\n');
  });

  test('pip installs from a local index, with a cache that is no part of the image', async () => {
    const serve = 'python -m http.server -b 127.0.0.1 -d /index 8000 2>/dev/null & ';
    const index = '--index-url http://127.0.0.1:8000/ --disable-pip-version-check';
    const lines = [
      'FROM python AS wheel',
      'COPY wheel.py /',
      'RUN python /wheel.py /index/demo/demo-1.0-py3-none-any.whl',
      'FROM python',
      'RUN --mount=type=cache,target=/root/.cache/pip --mount=from=wheel,source=/index,target=/index \\',
      `    ${serve} until wget -q -O /dev/null http://127.0.0.1:8000/; do sleep 0.1; done; pip install ${index} demo`,
      'CMD ["python", "-c", "import demo; demo.greet()"]',
    ];
    await build('piped', lines.join('\n'), { files: { 'wheel.py': wheelScript } });
    expect(await output('docker run --rm piped')).toBe('installed by pip\n');
    const left = 'ls -A /root/.cache/pip /index 2>/dev/null; true';
    expect(await output(`docker run --rm piped sh -c '${left}'`)).toBe('');
    // pip in an emulator: a minute, and close to three where the machine has other work.
  }, 300_000);
});

/** Writes the smallest wheel that pip takes. */
const wheelScript = `
import os, sys, zipfile
os.makedirs(os.path.dirname(sys.argv[1]))
files = {
    'demo.py': 'def greet(): print("installed by pip")\\n',
    'demo-1.0.dist-info/METADATA': 'Metadata-Version: 2.1\\nName: demo\\nVersion: 1.0\\n',
    'demo-1.0.dist-info/WHEEL': 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n',
}
names = [*files, 'demo-1.0.dist-info/RECORD']
with zipfile.ZipFile(sys.argv[1], 'w') as wheel:
    for name, content in files.items(): wheel.writestr(name, content)
    wheel.writestr(names[-1], ''.join(f'{name},,\\n' for name in names))
`;
