import { describe, expect, test } from 'vitest';
import { parseDockerfile } from '../parse/parse-dockerfile.ts';
import { planBuild } from '../plan/plan-build.ts';
import { checkBuild } from './check-build.ts';
import { ignoredPaths } from './check-ignored.ts';
import { parseCheckConfig } from './findings.ts';

function check(text: string, isIgnored?: (path: string) => boolean) {
  const plan = planBuild(parseDockerfile(text, { filename: 'Dockerfile' }), {
    buildArgs: new Map(), namedContexts: new Map(), buildPlatform: 'linux/386', targetPlatform: 'linux/386', noCache: [], allStages: true,
  }); // prettier-ignore
  return checkBuild(plan, { bases: new Map(), ...(isIgnored ? { isIgnored } : {}) });
}

const cases: [text: string, rule: string, message: string, line: number][] = [
  ['FROM a AS Base', 'StageNameCasing', "Stage name 'Base' should be lowercase", 1],
  ['FROM a as b', 'FromAsCasing', "'as' and 'FROM' keywords' casing do not match", 1],
  ['FROM a\nRUN x \\\n\n y', 'NoEmptyContinuation', 'Empty continuation line', 4],
  ['FROM a\nRUN x\nrun y', 'ConsistentInstructionCasing', "Command 'run' should match the case of the command majority (uppercase)", 3],
  ['FROM a AS b\nFROM a AS b', 'DuplicateStageName', 'Duplicate stage name "b", stage names should be unique', 2],
  ['FROM a AS scratch', 'ReservedStageName', 'Stage name should not use the same name as reserved stage "scratch"', 1],
  ['FROM a\nCMD x', 'JSONArgsRecommended', 'JSON arguments recommended for CMD to prevent unintended behavior related to OS signals', 2],
  ['FROM a\nMAINTAINER x', 'MaintainerDeprecated', 'Maintainer instruction is deprecated in favor of using label', 2],
  ['ARG NAME=a\nFROM a$NAMES', 'UndefinedArgInFrom', "FROM argument 'NAMES' is not declared (did you mean NAME?)", 2],
  ['FROM a\nWORKDIR x', 'WorkdirRelativePath', 'Relative workdir "x" can have unexpected results if the base image changes', 2],
  ['FROM a\nENV B=1\nCOPY $C x', 'UndefinedVar', "Usage of undefined variable '$C' (did you mean $B?)", 3],
  ['FROM a\nCMD ["x"]\nCMD ["y"]', 'MultipleInstructionsDisallowed', 'Multiple CMD instructions should not be used in the same stage because only the last one will be used', 2],
  ['FROM a\nENV b c', 'LegacyKeyValueFormat', '"ENV key=value" should be used instead of legacy "ENV key value" format', 2],
  ['FROM --platform=$TARGETPLATFORM a', 'RedundantTargetPlatform', 'Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default behavior', 1],
  ['FROM a\nARG API_KEY', 'SecretsUsedInArgOrEnv', 'Do not use ARG or ENV instructions for sensitive data (ARG "API_KEY")', 2],
  ['ARG T\nFROM a:$T', 'InvalidDefaultArgInFrom', 'Default value for ARG a:$T results in empty or invalid base image name', 2],
  ['FROM --platform=linux/amd64 a', 'FromPlatformFlagConstDisallowed', 'FROM --platform flag should not use constant value "linux/amd64"', 1],
  ['FROM a\nCOPY ./secret x', 'CopyIgnoredFile', 'Attempting to Copy file "secret" that is excluded by .dockerignore', 2],
  ['# check=experimental=all\nFROM a\n# other words\nARG b', 'InvalidDefinitionDescription', 'Comment for ARG should follow the format: `# b <description>`', 4],
  ['FROM a\nEXPOSE 80/TCP', 'ExposeProtoCasing', "Defined protocol '80/TCP' in EXPOSE instruction should be lowercase", 2],
  ['FROM a\nEXPOSE 80:80', 'ExposeInvalidFormat', "EXPOSE instruction should not define an IP address or host-port mapping, found '80:80'", 2],
]; // prettier-ignore

describe('checkBuild()', () => {
  test.each(cases)('%j', (text, name, message, line) => {
    // The second case's name is not given by its default: the build has a value for it.
    const plan = () => check(text, (path) => path === 'secret');
    if (name === 'InvalidDefaultArgInFrom')
      return expect(plan).toThrow('failed to parse stage name');
    const { list } = plan();
    expect(
      list.map(({ rule, message: words, ranges }) => [rule.name, words, ranges[0]?.startLine]),
    ).toEqual([[name, message, line]]);
    return undefined;
  });

  test('finds nothing in a good file', () => {
    const text =
      '# syntax=docker/dockerfile:1\nARG V=1\nFROM a:$V AS b\nARG N=x\nENV M=$N PUBLIC_KEY=1\nWORKDIR /x\nWORKDIR y\nCOPY $M .\nFROM b\nCMD ["x"]';
    expect(check(text).list).toEqual([]);
  });

  test('knows which copied paths are ignored', () => {
    const ignored = ignoredPaths(['a', 'b/*.md']);
    expect(['a', 'a/x', 'b/y.md', 'b', '.', '/a'].map((path) => ignored?.(path))).toEqual([
      true,
      true,
      true,
      false,
      false,
      true,
    ]);
    expect(ignoredPaths(['*'])?.('.')).toBe(true);
    expect(ignoredPaths(['*', '!a'])).toBeUndefined();
  });

  test('skips what it is told to', () => {
    const bad = 'FROM a as B\nCMD x';
    expect(check(`# check=skip=all\n${bad}`).list).toEqual([]);
    expect(check(`# check=skip=FromAsCasing, StageNameCasing\n${bad}`).list).toHaveLength(2);
    expect(check(`# check=skip=FromAsCasing,StageNameCasing\n${bad}`).list).toHaveLength(1);
    expect(check('FROM a\n# check=skip=JSONArgsRecommended\nCMD x').list).toEqual([]);
    expect(check(`# check=skip=FromAsCasing;error=true\n${bad}`).error()?.message).toBe(
      'lint violation found for rules: StageNameCasing, JSONArgsRecommended',
    );
    expect(check(bad).error()).toBeUndefined();
  });

  test.each([
    ['x', 'invalid check option "x"'],
    ['x=y', 'invalid check option "x"'],
    ['error=x', 'failed to parse check option "error=x": strconv.ParseBool'],
  ])('refuses the directive %s', (text, message) => {
    expect(() => parseCheckConfig(text)).toThrow(message);
  });
});
