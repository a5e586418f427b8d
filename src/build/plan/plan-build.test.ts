import { describe, expect, test } from 'vitest';
import { parseDockerfile } from '../parse/parse-dockerfile.ts';
import { classicHistory } from '../step/classic-history.ts';
import { nextStep } from '../step/next-step.ts';
import { startStage, type StageBase } from '../step/start-stage.ts';
import type { BuildStep, StageState } from '../step/build-step.ts';
import { stepName, stepTotal } from '../step/step-name.ts';
import type { PlanOptions } from './build-plan.ts';
import { planBuild } from './plan-build.ts';
import { planOnBuild } from './plan-instruction.ts';

function plan(text: string, options: Partial<PlanOptions> = {}) {
  return planBuild(parseDockerfile(text, { filename: 'Dockerfile' }), {
    buildArgs: new Map(), namedContexts: new Map(), buildPlatform: 'linux/386', targetPlatform: 'linux/386', noCache: [], ...options,
  }); // prettier-ignore
}

/** The last stage's steps, and what it is at the end. */
function steps(
  text: string,
  base: StageBase = { kind: 'scratch' },
  options: Partial<PlanOptions> = {},
) {
  const whole = plan(text, options);
  let state: StageState = startStage(base);
  const list: BuildStep[] = [];
  for (const planned of whole.stages.at(-1)?.instructions ?? []) {
    const next = nextStep({ plan: whole, state, planned });
    ({ state } = next);
    list.push(next.step);
  }
  return { list, state };
}

const three =
  'FROM a AS one\nRUN x\nFROM b AS two\nCOPY --from=one x y\nFROM one\nRUN --mount=from=two,target=/t z';

describe('planBuild()', () => {
  test('knows what depends on what', () => {
    const { stages, order, target } = plan(three);
    expect(target).toBe(2);
    expect(order).toEqual([0, 1, 2]);
    expect(stages.map(({ dependsOn }) => dependsOn)).toEqual([[], [0], [0, 1]]);
    expect(stages.map(({ label }) => label)).toEqual(['one', 'two', 'stage-2']);
    expect(stages[2]?.base).toEqual({ kind: 'stage', index: 0 });
    expect(plan(three, { target: 'ONE' }).order).toEqual([0]);
    expect(plan(three, { target: 'two' }).order).toEqual([0, 1]);
  });

  test('resolves bases', () => {
    const args = {
      buildArgs: new Map([['V', '2']]),
      namedContexts: new Map([
        ['c', 'https://x'],
        ['d', 'docker-image://e'],
      ]),
    };
    const bases = (text: string) => plan(text, args).stages.map(({ base }) => base);
    expect(
      bases('ARG V=1\nARG N=a:$V\nFROM $N\nFROM --platform=$BUILDPLATFORM x/y\nFROM scratch'),
    ).toEqual([
      { kind: 'image', reference: 'docker.io/library/a:2' },
      { kind: 'image', reference: 'docker.io/x/y:latest', platform: 'linux/386' },
      { kind: 'scratch' },
    ]);
    expect(bases('FROM c\nFROM x AS d\nRUN y')).toEqual([
      { kind: 'named', name: 'c', value: 'https://x' }, { kind: 'named', name: 'd', value: 'docker-image://e' },
    ]); // prettier-ignore
    expect(plan('FROM x\nCOPY --from=c a b', args).stages[0]?.instructions[0]?.from).toEqual({
      kind: 'named',
      name: 'c',
      value: 'https://x',
    });
    expect(plan('FROM x\nCOPY --from=y:1 a b').stages[0]).toMatchObject({ label: 'stage-0' });
  });

  test.each<[text: string, message: string, options?: Partial<PlanOptions>]>([
    ['ARG a', 'dockerfile contains no stages to build'],
    ['FROM $no', 'base name ($no) should not be blank'],
    ['FROM A:b:c', 'failed to parse stage name "A:b:c": invalid reference format'],
    ['FROM --platform=$TARGETPLATFROM a', 'empty platform value from expression $TARGETPLATFROM (did you mean TARGETPLATFORM?)'],
    ['FROM --platform=a/b/c/d a', 'failed to parse platform a/b/c/d'],
    ['FROM a AS b', 'target stage "c" could not be found (did you mean b?)', { target: 'c' }],
    ['FROM a\nCOPY --from=2 a b', 'invalid stage index 2'],
    ['FROM a\nCOPY --from=$x a b', 'variable expansion is not supported for --from'],
    ['FROM a AS b\nCOPY --from=c x y\nFROM a AS c\nCOPY --from=b x y', 'circular dependency detected on stage: c'],
    ['FROM a AS b\nCOPY --from=b x y', 'circular dependency detected on stage: b'],
    ['FROM a AS b\nCOPY --from=c x y\nFROM a AS c\nFROM b', 'cannot copy from stage "c", it needs to be defined before current stage "b"'],
  ])('refuses %j', (text, message, options) => {
    expect(() => plan(text, options)).toThrow(message);
  }); // prettier-ignore

  test('makes instructions of triggers', () => {
    const whole = plan('FROM a AS b\nFROM c\nRUN x');
    const stage = whole.stages[1];
    if (stage === undefined) throw new Error('no stage');
    const { instructions, dependsOn } = planOnBuild(whole, stage, ['COPY --from=b x y', 'RUN z']);
    expect(dependsOn).toEqual([0]);
    expect(
      instructions.map(({ isOnBuild, instruction }) => [isOnBuild, instruction.range.startLine]),
    ).toEqual([
      [true, 2],
      [true, 2],
    ]);
    expect(stepTotal(stage, instructions)).toBe(4);
    expect(stepName(stage, 'RUN z', { index: 3, total: 14, isOnBuild: true })).toBe(
      '[stage-1  3/14] ONBUILD RUN z',
    );
    expect(() => planOnBuild(whole, stage, ['FROM x'])).toThrow('unknown instruction: FROM');
  });
});

describe('nextStep()', () => {
  test('runs with the environment, the arguments and the shell in force', () => {
    const text =
      'ARG G=g\nFROM a\nARG A=1\nARG G\nARG B\nENV E=$A-$G\nSHELL ["sh2"]\nWORKDIR w\nUSER u\nRUN echo $E $no';
    const { list, state } = steps(
      text,
      { kind: 'image', config: { WorkingDir: '/x', Env: ['PATH=/bin'] } },
      { buildArgs: new Map([['A', '2']]) },
    );
    const run = list.at(-1);
    expect(run).toMatchObject({
      kind: 'run', args: ['sh2', 'echo $E $no'], workdir: '/x/w', user: 'u', buildArgs: ['A=2', 'G=g', 'B='],
      text: 'RUN echo 2-g $no', createdBy: 'RUN |3 A=2 G=g B= sh2 echo $E $no # buildkit',
      env: ['PATH=/bin', 'A=2', 'G=g', 'E=2-g'],
    }); // prettier-ignore
    expect(state.config).toEqual({
      Env: ['PATH=/bin', 'E=2-g'],
      Shell: ['sh2'],
      WorkingDir: '/x/w',
      User: 'u',
    });
    expect(list.map(({ createdBy }) => createdBy)).toEqual([
      'ARG A=2', 'ARG G=g', 'ARG B', 'ENV E=2-g', 'SHELL [sh2]', 'WORKDIR /x/w', 'USER u', expect.any(String),
    ]); // prettier-ignore
  });

  test('names commands in the history as Go prints them', () => {
    const text =
      'FROM a\nCMD echo "x"\nENTRYPOINT ["a b"]\nHEALTHCHECK --interval=90s --retries=3 CMD y\nEXPOSE 80 53/udp\nVOLUME /a /b\nLABEL a=b c="d e"\nSTOPSIGNAL 9\nONBUILD RUN x';
    expect(steps(text).list.map(({ createdBy }) => createdBy)).toEqual([
      'CMD ["/bin/sh" "-c" "echo \\"x\\""]', 'ENTRYPOINT ["a b"]', 'HEALTHCHECK &{["CMD-SHELL" "y"] "1m30s" "0s" "0s" "0s" \'\\x03\'}',
      'EXPOSE map[53/udp:{} 80/tcp:{}]', 'VOLUME [/a /b]', 'LABEL a=b c=d e', 'STOPSIGNAL 9', undefined,
    ]); // prettier-ignore
  });

  test('writes the classic history', () => {
    const text =
      'FROM a\nARG K=v\nARG HTTP_PROXY=p\nEXPOSE 80 53/udp\nONBUILD RUN x\nWORKDIR /w\nRUN y\nCOPY a b\nCMD ["z"]';
    const { list } = steps(text);
    expect(list.map((step) => classicHistory(step, { config: {}, sourceHash: 'file:1' }))).toEqual([
      '/bin/sh -c #(nop)  ARG K=v', '/bin/sh -c #(nop)  ARG HTTP_PROXY=p', '/bin/sh -c #(nop)  EXPOSE 53/udp 80',
      '/bin/sh -c #(nop)  ONBUILD RUN x', '/bin/sh -c #(nop)  WORKDIR /w', '|1 K=v /bin/sh -c y',
      '/bin/sh -c #(nop) COPY file:1 in /w/b ', '/bin/sh -c #(nop)  CMD ["z"]',
    ]); // prettier-ignore
  });

  test('copies', () => {
    const { list } = steps(
      'FROM a\nWORKDIR /w\nENV d=x\nCOPY --chown=$d a "b" $d/\nADD https://h/f .\nCOPY <<f /etc/f\n$d "q"\nf',
    );
    expect(list.filter(({ kind }) => kind === 'copy')).toMatchObject([
      { sources: ['a', 'b'], destination: '/w/x/', chown: 'x', from: { kind: 'context' }, createdBy: 'COPY --chown=x a b x/ # buildkit', text: 'COPY --chown=x a b x/' },
      { name: 'ADD', sources: ['https://h/f'], destination: '/w/' },
      { files: [{ name: 'f', content: 'x "q"\n' }], destination: '/etc/f', createdBy: 'COPY <<f /etc/f # buildkit' },
    ]); // prettier-ignore
  });

  test('reads heredocs as a script, as a program, or leaves them to the shell', () => {
    const { list } = steps('FROM a\nRUN <<A\nx\ny\nA\nRUN <<B\n#!/p\nB\nRUN cat <<C > f\nz\nC');
    expect(list).toMatchObject([
      { args: ['/bin/sh', '-c', 'x\ny\n'], text: 'RUN <<A (x...)' },
      {
        args: ['/bin/sh', '-c', '/dev/pipes/B'],
        script: { path: '/dev/pipes/B', content: '#!/p\n' },
      },
      { args: ['/bin/sh', '-c', 'cat <<C > f\nz\nC'] },
    ]);
  });

  test('reads mounts', () => {
    const mount = (text: string) => {
      const [step] = steps(`FROM a\nRUN --mount=${text} x`).list;
      return step?.kind === 'run' ? step.mounts[0] : undefined;
    };
    expect(mount('target=t')).toEqual({
      type: 'bind',
      target: '/t',
      source: '/',
      readonly: true,
      from: { kind: 'context' },
    });
    expect(mount('from=y,src=a,dst=/t,rw')).toMatchObject({
      source: '/a',
      readonly: false,
      from: { kind: 'image' },
    });
    expect(mount('type=cache,target=/c/,sharing=locked,uid=5')).toEqual({
      type: 'cache', target: '/c', source: '/', readonly: false, id: '/c', from: { kind: 'scratch' }, sharing: 'locked', uid: 5,
    }); // prettier-ignore
    expect(mount('type=tmpfs,target=/c,size=1m')).toEqual({
      type: 'tmpfs',
      target: '/c',
      readonly: false,
      sizeBytes: 1 << 20,
    });
    expect(mount('type=secret,id=k')).toEqual({
      type: 'secret',
      id: 'k',
      target: '/run/secrets/k',
      env: undefined,
      required: false,
      mode: 0o400,
      uid: 0,
      gid: 0,
    });
    expect(mount('type=secret,id=k,env=E,required')).toMatchObject({
      target: undefined,
      env: 'E',
      required: true,
    });
    expect(mount('type=ssh')).toMatchObject({
      id: 'default',
      target: '/run/buildkit/ssh_agent.0',
      mode: 0o600,
    });
  });

  test.each([
    ['RUN --mount=type=bnd,target=/x y', 'unsupported mount type "bnd" (did you mean bind?)'],
    ['RUN --mount=target=/ y', 'invalid mount target "/"'],
    ['RUN --mount=taget=/x y', "unexpected key 'taget' in 'taget=/x' (did you mean target?)"],
    ['RUN --mount=nope y', "invalid field 'nope' must be a key=value pair"],
    ['RUN --mount=type=secret y', 'invalid secret mount. one of source, target required'],
    ['RUN --mount=type=bind,target=/x,uid=1 y', 'uid not allowed for "bind" type mounts'],
    [
      'RUN --mount=type=bind,target=/x,sharing=shared y',
      'invalid cache sharing set for bind mount',
    ],
    [
      'RUN --mount=type=cache,target=/x,required y',
      "unexpected key 'required' for mount type 'cache'",
    ],
    [
      'COPY --chmod=8 a b',
      "invalid chmod parameter: '8'. it should be octal string and between 0 and 07777",
    ],
    ['COPY https://x/y b', "source can't be a URL for COPY"],
    ['ADD --checksum=sha256:1 a b', 'checksum requires HTTP(S) or Git sources'],
    ['ENV A=${B:?no}', 'failed to process "${B:?no}": B: no'],
    ['EXPOSE 80:x', 'invalid containerPort: x'],
  ])('refuses %j', (text, message) => {
    expect(() => steps(`FROM a\n${text}`)).toThrow(message);
  });
});
