import { describe, expect, test } from 'vitest';
import type { ContainerConfig } from '../api/container.ts';
import { applyChanges } from './apply-changes.ts';

const cases: [title: string, changes: string[], result: ContainerConfig][] = [
  ['ENV sets and replaces', ['ENV A=1 B="two words"', 'env A 3 4'], { Env: ['A=3 4', 'B=two words'] }],
  ['ENV expands', ['ENV A=1', 'ENV B=x$A C=${A:-n} D=${N:-n} E=${N:+n} F=\\$A G=\'$A\''],
    { Env: ['A=1', 'B=x1', 'C=1', 'D=n', 'E=', 'F=$A', 'G=$A'] }],
  ['LABEL', ['LABEL a=b "c d"="e f"', 'label x y z'], { Labels: { a: 'b', 'c d': 'e f', x: 'y z' } }],
  ['CMD in both forms', ['CMD echo hi', 'CMD ["echo", "hi"]'], { Cmd: ['echo', 'hi'] }],
  ['CMD for a shell', ['CMD echo "hi"'], { Cmd: ['/bin/sh', '-c', 'echo "hi"'] }],
  ['ENTRYPOINT clears a command', ['ENTRYPOINT ["a"]'], { Entrypoint: ['a'], Cmd: null }],
  ['ENTRYPOINT keeps a new one', ['CMD ["b"]', 'ENTRYPOINT ["a"]'], { Entrypoint: ['a'], Cmd: ['b'] }],
  ['EXPOSE', ['EXPOSE 80 53/udp 8000-8001'], { ExposedPorts: { '80/tcp': {}, '53/udp': {}, '8000/tcp': {}, '8001/tcp': {} } }],
  ['VOLUME', ['VOLUME /a /b', 'VOLUME ["/c d"]'], { Volumes: { '/a': {}, '/b': {}, '/c d': {} } }],
  ['USER and WORKDIR', ['USER me:us', 'WORKDIR /a', 'WORKDIR b/../c'], { User: 'me:us', WorkingDir: '/a/c' }],
  ['STOPSIGNAL', ['STOPSIGNAL SIGQUIT'], { StopSignal: 'SIGQUIT' }],
  ['ONBUILD', ['ONBUILD RUN x', 'onbuild ADD . /'], { OnBuild: ['RUN x', 'ADD . /'] }],
  ['HEALTHCHECK', ['HEALTHCHECK --interval=5s --retries=3 CMD curl x'],
    { Healthcheck: { Test: ['CMD-SHELL', 'curl x'], Interval: 5e9, Retries: 3 } }],
  ['HEALTHCHECK NONE', ['HEALTHCHECK NONE'], { Healthcheck: { Test: ['NONE'] } }],
  ['lines that go on', ['# no\nENV A=1 \\\n# still no\n  B=2'], { Env: ['A=1', 'B=2'] }],
]; // prettier-ignore

const errors: [changes: string[], message: string][] = [
  [['RUN x'], 'RUN is not a valid change command'],
  [['nonsense'], 'nonsense is not a valid change command'],
  [[''], 'file with no instructions'],
  [['ENV'], 'ENV requires at least one argument'],
  [['ENV A'], 'ENV must have two arguments'],
  [['ENV A=1 B'], 'Syntax error - can\'t find = in "B". Must be of the form: name=value'],
  [['LABEL =x'], 'LABEL names can not be blank'],
  [['CMD ["a", 1]'], 'when using JSON array syntax, arrays must be comprised of strings only'],
  [['EXPOSE x'], 'invalid containerPort: x'],
  [['EXPOSE 80/foo'], 'invalid proto: foo'],
  [['VOLUME'], 'VOLUME requires at least one argument'],
  [['USER'], 'USER requires exactly one argument'],
  [['USER --x y'], 'unknown flag: --x'],
  [['ONBUILD FROM x'], "FROM isn't allowed as an ONBUILD trigger"],
  [['HEALTHCHECK RUN x'], 'Unknown type "RUN" in HEALTHCHECK (try CMD)'],
  [['HEALTHCHECK --interval=x CMD x'], 'time: invalid duration "x"'],
  [['HEALTHCHECK --interval=1us CMD x'], 'Interval "interval" cannot be less than 1ms'],
  [['ENV A=${B?}'], 'B: is not allowed to be unset'],
];

describe('applyChanges()', () => {
  test.each(cases)('%s', (_title, changes, result) => {
    expect(applyChanges({}, changes)).toEqual(result);
  });

  test.each(errors)('refuses %j', (changes, message) => {
    expect(() => applyChanges({}, changes)).toThrow(message);
  });

  test('changes nothing of its argument', () => {
    const config = { Env: ['A=1'] };
    expect(applyChanges(config, ['ENV A=2'])).toEqual({ Env: ['A=2'] });
    expect(config).toEqual({ Env: ['A=1'] });
    expect(applyChanges(config, [])).toBe(config);
  });
});
