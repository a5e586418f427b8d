import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ApiHandler } from '../api/http.ts';
import { errorResponse, jsonResponse, runFake } from './testing/fake-invocation.ts';

interface RecordedCase {
  readonly argv: readonly string[];
  readonly now: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

const golden = new URL('../../test/golden/cli/', import.meta.url);

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, golden), 'utf8'));
}

const routes = readJson('replay/routes.json') as Readonly<Record<string, unknown>>;

const replayHandler: ApiHandler = (request) => {
  const path = request.path.replace(/^\/v[\d.]+/, '').replace(/\?.*/, '');
  const value = routes[`${request.method} ${path}`];
  const response =
    value === undefined ? errorResponse(404, `No such thing: ${path}`) : jsonResponse(value);
  return Promise.resolve(response);
};

/** The recorded client is an amd64 program of API 1.50; ours is the machine's, of 1.51. */
function asThisClient(text: string): string {
  return text
    .replace(/^( API version: +)1\.50$/m, '$11.51')
    .replace(/^( OS\/Arch: +)linux\/amd64$/m, '$1linux/386');
}

describe.each([
  ['listings and templates', 'replay/cases.json'],
  ['complaints about the command line', 'usage/cases.json'],
  ['completions', 'completion/cases.json'],
])('runCli() %s', (_, name) => {
  const cases = readJson(name) as readonly RecordedCase[];

  test.each(cases.map((recorded) => [recorded.argv.join(' '), recorded] as const))(
    'docker %s prints what docker 28.2.2 prints',
    async (_, { argv, now, stdout, stderr, exitCode }) => {
      const result = await runFake({ argv, now, handler: replayHandler });
      expect({ stdout: result.stdout, stderr: result.stderr, exitCode: result.exitCode }).toEqual({
        stdout: asThisClient(stdout),
        stderr,
        exitCode,
      });
    },
  );
});
