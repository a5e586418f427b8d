import { describe, expect, test } from 'vitest';
import type { Instruction } from '../instruction.ts';
import { sourceFrame } from '../../lib/source-frame.ts';
import type { SourceError } from '../source.ts';
import { parseDockerfile } from './parse-dockerfile.ts';

const parse = (text: string) => parseDockerfile(text, { filename: 'Dockerfile' });

/** The instructions of one stage, without where they stand. */
function bodies(text: string): object[] {
  const { stages } = parse(`FROM scratch\n${text}`);
  return (stages[0]?.instructions ?? []).map((instruction: Instruction) => {
    const {
      range: _range,
      keyword: _keyword,
      code: _code,
      comments: _comments,
      ...body
    } = instruction;
    return body;
  });
}

const run = {
  name: 'RUN',
  heredocs: [],
  mounts: [],
  network: 'default',
  security: 'sandbox',
  devices: [],
};
const copy = {
  name: 'COPY',
  files: [],
  chown: '',
  chmod: '',
  link: false,
  parents: false,
  excludes: [],
  checksum: '',
};

const cases: [title: string, text: string, result: object[]][] = [
  ['continuations', 'RUN a \\\n  b \\\n\n# no\n  c', [{ ...run, command: { form: 'shell', text: 'a   b   c' } }]],
  ['an escaped backslash at the end', 'USER a\\\\\nUSER b', [{ name: 'USER', text: 'a\\\\' }, { name: 'USER', text: 'b' }]],
  ['a backslash at the very end', 'USER a\\', [{ name: 'USER', text: 'a' }]],
  ['line ends of Windows', 'USER a\r\nENV x=1 \\\r\n y=2\r\n', [{ name: 'USER', text: 'a' },
    { name: 'ENV', pairs: [{ key: 'x', value: '1' }, { key: 'y', value: '2' }] }]],
  ['tabs and case', '\tuser\t me ', [{ name: 'USER', text: 'me' }]],
  ['JSON', 'RUN ["a", "b\\n"]', [{ ...run, command: { form: 'exec', args: ['a', 'b\n'] } }]],
  ['JSON with single quotes is a command', "CMD ['a']", [{ name: 'CMD', command: { form: 'shell', text: "['a']" } }]],
  ['open JSON is a command', 'CMD ["a"', [{ name: 'CMD', command: { form: 'shell', text: '["a"' } }]],
  ['JSON and more is a command', 'CMD ["a"] b', [{ name: 'CMD', command: { form: 'shell', text: '["a"] b' } }]],
  ['flags of RUN', 'RUN --network=none --mount=type=tmpfs,target=/t --mount=from=x,target=/y --security=insecure x',
    [{ ...run, network: 'none', security: 'insecure', mounts: ['type=tmpfs,target=/t', 'from=x,target=/y'], command: { form: 'shell', text: 'x' } }]],
  ['flags of COPY', 'COPY --chown=a:b --chmod=755 --from=x --link --parents --exclude=*.md --exclude=y a b c/',
    [{ ...copy, sources: ['a', 'b'], destination: 'c/', from: 'x', chown: 'a:b', chmod: '755', link: true, parents: true, excludes: ['*.md', 'y'] }]],
  ['flags of ADD', 'ADD --checksum=sha256:1 --keep-git-dir=true --unpack=false a b',
    [{ ...copy, name: 'ADD', sources: ['a'], destination: 'b', checksum: 'sha256:1', keepGitDir: true, unpack: false }]],
  ['a quoted flag, and the end of flags', 'COPY "--chown=a b" -- --x y', [{ ...copy, sources: ['"--chown=a', 'b"', '--', '--x'], destination: 'y' }]],
  ['COPY in JSON', 'COPY ["a b", "c"]', [{ ...copy, sources: ['a b'], destination: 'c' }]],
  ['ARG', 'ARG a b=c "d=e f"', [{ name: 'ARG', args: [{ key: 'a' }, { key: 'b', value: 'c' }, { key: '"d', value: 'e f"' }] }]],
  ['ENV without an equals sign', 'ENV a b c', [{ name: 'ENV', pairs: [{ key: 'a', value: 'b c', isLegacy: true }] }]],
  ['SHELL and MAINTAINER', 'SHELL ["a"]\nMAINTAINER me <x>', [{ name: 'SHELL', shell: ['a'] }, { name: 'MAINTAINER', text: 'me <x>' }]],
  ['a heredoc of RUN', 'RUN <<EOF\na\n\tb\nEOF\nUSER x',
    [{ ...run, command: { form: 'shell', text: '<<EOF' }, heredocs: [{ name: 'EOF', content: 'a\n\tb\n', expand: true, chomp: false }] }, { name: 'USER', text: 'x' }]],
  ['several heredocs', 'RUN cat <<A 3<<-"B"\n1\nA\n\t2\n\tB',
    [{ ...run, command: { form: 'shell', text: 'cat <<A 3<<-"B"' },
      heredocs: [{ name: 'A', content: '1\n', expand: true, chomp: false }, { name: 'B', content: '\t2\n', expand: false, chomp: true }] }]],
  ['heredocs of COPY', "COPY <<a <<-'b' /d/\nx $y\na\n\tz\nb", [{ ...copy, sources: [], destination: '/d/',
    files: [{ name: 'a', content: 'x $y\n', expand: true }, { name: 'b', content: 'z\n', expand: false }] }]],
  ['no heredoc in quotes or in three arrows', 'RUN echo "<<EOF"\nRUN cat <<<x', [{ ...run, command: { form: 'shell', text: 'echo "<<EOF"' } }, { ...run, command: { form: 'shell', text: 'cat <<<x' } }]],
  ['a trigger with a heredoc', 'ONBUILD RUN <<E\nx\nE', [{ name: 'ONBUILD', trigger: 'RUN <<E\nx\nE' }]],
]; // prettier-ignore

const errors: [text: string, message: string, line?: number][] = [
  ['', 'the Dockerfile cannot be empty'],
  ['# nothing\n\n', 'file with no instructions', 2],
  ['RUN x', 'no build stage in current context', 1],
  ['FORM x', 'dockerfile parse error on line 1: unknown instruction: FORM (did you mean FROM?)', 1],
  ['FROM x\n\nrum x', 'dockerfile parse error on line 3: unknown instruction: rum (did you mean run?)', 3],
  ['FROM x\nNONSENSE', 'dockerfile parse error on line 2: unknown instruction: NONSENSE', 2],
  ['FROM', 'FROM requires either one or three arguments', 1],
  ['FROM a b', 'FROM requires either one or three arguments'],
  ['FROM a AS 1b', 'invalid name for build stage: "1b", name can\'t start with a number or contain symbols'],
  ['FROM --platfrom=x a', 'unknown flag: --platfrom (did you mean platform?)'],
  ['FROM x\nENV PATH', 'ENV must have two arguments', 2],
  ['FROM x\nOOPS\nENV PATH', 'ENV must have two arguments', 3],
  ['FROM x\nCMD [ "echo", [ "nested" ] ]', 'when using JSON array syntax, arrays must be comprised of strings only', 2],
  ['FROM x\nCOPY a', 'COPY requires at least two arguments, but only one was provided. Destination could not be determined'],
  ['FROM x\nCOPY a <<b\nb', 'COPY cannot accept a heredoc as a destination'],
  ['FROM x\nCOPY --form=y a b', 'unknown flag: --form (did you mean from?)'],
  ['FROM x\nCOPY --link --link a b', 'duplicate flag specified: --link'],
  ['FROM x\nCOPY --link=x a b', 'expecting boolean value for flag --link, not: x'],
  ['FROM x\nCOPY --link= a b', 'missing a value on flag: --link'],
  ['FROM x\nCOPY --chown a b', 'missing a value on flag: --chown'],
  ['FROM x\nRUN --network=x y', 'invalid network mode "x"'],
  ['FROM x\nRUN --security=x y', 'security "x" is not valid'],
  ['FROM x\nRUN --mount=from=$x,target=y z', "'from' doesn't support variable expansion, define alias stage instead"],
  ['FROM x\nRUN --mount=a\\"b z', 'failed to parse csv mounts: '],
  ['FROM x\nRUN <<EOF\nx', 'unterminated heredoc', 2],
  ['FROM x\nSHELL a', 'SHELL requires the arguments to be in JSON form'],
  ['FROM x\nSHELL []', 'SHELL requires at least one argument'],
  ['FROM x\nARG =x', 'ARG names can not be blank'],
  ['FROM x\nARG', 'ARG requires at least one argument'],
  ['FROM x\nMAINTAINER', 'MAINTAINER requires exactly one argument'],
  ['FROM x\nONBUILD ONBUILD RUN x', "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"],
  ['# escape=x\nFROM a', "invalid escape token 'x' does not match ` or \\"],
  ['# escape=`\n# escape=`\nFROM a', 'only one escape parser directive can be used'],
  [`FROM a\nRUN ${'x'.repeat(70_000)}`, 'dockerfile line greater than max allowed size of 65535', 1],
]; // prettier-ignore

describe('parseDockerfile()', () => {
  test.each(cases)('%s', (_title, text, result) => {
    expect(bodies(text)).toEqual(result);
  });

  test.each(errors)('refuses %j', (text, message, line) => {
    let error: unknown;
    try {
      parse(text);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).message).toContain(message);
    if (line !== undefined) expect((error as SourceError).ranges[0]?.startLine).toBe(line);
  });

  test('reads directives until anything else comes', () => {
    const { directives, escape } = parse(
      '# syntax = a/b:1\n# ESCAPE=`\n# check=skip=all\n# no\n# escape=\\\nFROM c:\\',
    );
    expect(escape).toBe('`');
    expect(directives.map(({ name, value, line }) => [name, value, line])).toEqual([
      ['syntax', 'a/b:1', 1], ['escape', '`', 2], ['check', 'skip=all', 3],
    ]); // prettier-ignore
  });

  test('knows stages, global arguments, lines and comments', () => {
    const file = parse(
      '\uFEFFARG V=1\n# base this is it\nFROM --platform=$P a:$V AS Base\nRUN x \\\n\n y\nfrom base',
    );
    expect(file.globalArgs[0]?.args).toEqual([{ key: 'V', value: '1' }]);
    const shown = file.stages.map(({ stageName, baseName, platform, range, description }) => [
      stageName,
      baseName,
      platform,
      range.startLine,
      description,
    ]);
    expect(shown).toEqual([
      ['base', 'a:$V', '$P', 3, 'this is it'],
      ['', 'base', '', 7, undefined],
    ]);
    expect(file.stages[0]?.instructions[0]?.range).toEqual({ startLine: 4, endLine: 6 });
    expect(file.emptyContinuationLines).toEqual([6]);
  });

  test('frames the lines of an error', () => {
    const source = { filename: 'Dockerfile', text: 'FROM a\nRUN b\nOOPS\nRUN c\nRUN d\nRUN e' };
    expect(sourceFrame(source, [{ startLine: 3, endLine: 3 }])).toBe(
      [
        'Dockerfile:3', '--------------------',
        '   1 |     FROM a', '   2 |     RUN b', '   3 | >>> OOPS', '   4 |     RUN c', '   5 |     RUN d',
        '--------------------', '',
      ].join('\n'), // prettier-ignore
    );
    expect(sourceFrame(source, [{ startLine: 1, endLine: 2 }])).toContain(
      '   2 | >>> RUN b\n   3 |     OOPS\n---',
    );
    expect(sourceFrame(source, [])).toBe('');
  });
});
