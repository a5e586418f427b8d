import type { CliTopic } from './case.ts';

/** The classic builder's path of the CLI: it has no buildx here. */
const build = 'DOCKER_BUILDKIT=0 docker build';
const context = `mkdir -p "$TMP/ctx/dir" && cd "$TMP/ctx" && echo kept > dir/kept && echo left > dir/left.log && echo '*.log
dir/*.log' > .dockerignore && printf 'FROM busybox\\nARG word=none\\nCOPY dir /d\\nRUN echo $word > /word\\nCMD ["cat","/word"]\\n' > Dockerfile`;

export const builds: CliTopic = {
  name: 'builds',
  cases: [
    { run: context, stdout: '' },
    { run: `cd "$TMP/ctx" && ${build} -t built --build-arg word=given --label a=b .`, stdout: /Step 1\/6 : FROM busybox\n ---> [0-9a-f]{12}\nStep 2\/6 : ARG word=none\n[^]*Step 4\/6 : RUN echo \$word > \/word\n ---> Running in [0-9a-f]{12}\n[^]*Step 6\/6 : LABEL a=b\n[^]*Successfully built [0-9a-f]{12}\nSuccessfully tagged built:latest\n$/ },
    { run: 'docker run --rm built; docker run --rm built ls /d', stdout: 'given\nkept\n' },
    { run: `cd "$TMP/ctx" && ${build} -t built --build-arg word=given --label a=b . | grep -c 'Using cache'`, stdout: '5\n' },
    { run: `docker history --no-trunc --format '{{.CreatedBy}}' built | sed 's/[0-9a-f]\\{64\\}/H/' | head -5`, stdout: '/bin/sh -c #(nop)  LABEL a=b\n/bin/sh -c #(nop)  CMD ["cat" "/word"]\n|1 word=given /bin/sh -c echo $word > /word\n/bin/sh -c #(nop) COPY dir:H in /d \n/bin/sh -c #(nop)  ARG word=none\n' },
    { run: `printf 'FROM busybox\\nRUN echo in > /in\\n' | ${build} -q -t piped -`, stdout: /^sha256:[0-9a-f]{64}\n$/ },
    { run: `tar -C "$TMP/ctx" -cz . | ${build} -q -t tarred -`, stdout: /^sha256:[0-9a-f]{64}\n$/ },
    { run: 'docker run --rm tarred; docker run --rm piped cat /in', stdout: 'none\nin\n' },
    { run: `printf 'FROM busybox\\nRUN exit 7\\n' | ${build} -`, exit: 7, stderr: /The command '\/bin\/sh -c exit 7' returned a non-zero code: 7\n$/ },
    { run: `printf 'FROM busybox\\nRUM x\\n' | ${build} -`, exit: 1, stderr: /dockerfile parse error on line 2: unknown instruction: RUM/ },
    { run: `curl -s -X POST --unix-socket "\${DOCKER_HOST#unix://}" 'http://docker/build?remote=git://git.example/app'`, stdout: /failed to fetch remote git:\/\/git\.example\/app: git stderr:\\nfatal: / },
    { run: `curl -s -X POST --unix-socket "\${DOCKER_HOST#unix://}" 'http://docker/build?remote=http://web.example/Dockerfile'`, stdout: /lookup web\.example: no such host/ },
    { run: `docker ps -aq --filter status=created`, stdout: '' },
    { run: 'docker rmi -f built piped tarred > /dev/null; docker builder prune -f | tail -n 1', stdout: /^Total( reclaimed space)?:/ },
  ],
}; // prettier-ignore
