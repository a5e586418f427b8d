/** Build checks of a Dockerfile that is being written: what `docker build --check` says of it. */
import { buildMessageIds } from '../../api/build.ts';
import type { BuildCallLocation, BuildCallResult } from '../../api/build.ts';
import type { ApiClient } from '../../client/api-client.ts';
import { imageBuild } from '../../client/build.ts';
import { joinBytes } from '../../lib/join-bytes.ts';
import { tarEnd, tarFile } from '../../lib/tar-file.ts';

export interface Finding {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** The rule, where one has a name. */
  readonly rule?: string;
  /** Lines from 1, both within. */
  readonly firstLine: number;
  readonly lastLine: number;
}

/** Rejects when the engine cannot be asked. */
export async function checkDockerfile(
  client: ApiClient,
  text: string,
  signal?: AbortSignal,
): Promise<readonly Finding[]> {
  const content = new TextEncoder().encode(text);
  const messages = await imageBuild(client, {
    query: { version: 2, call: 'check', dockerfile: 'Dockerfile' },
    body: joinBytes([tarFile({ name: 'Dockerfile', content, mode: 0o644 }), tarEnd()]),
    ...(signal === undefined ? {} : { signal }),
  });
  for await (const { id, aux } of messages) {
    if (id === buildMessageIds.callResult) return findingsOf(aux as unknown as BuildCallResult);
  }
  return [];
}

function findingsOf(result: BuildCallResult): Finding[] {
  if (result.call !== 'check') return [];
  const { warnings = [], buildError } = result;
  const findings = warnings.map(({ ruleName, detail, description, location }): Finding => ({
    severity: 'warning',
    rule: ruleName,
    message: detail ?? description ?? ruleName,
    ...linesOf(location),
  }));
  if (buildError === undefined) return findings;
  const { message, location } = buildError;
  return [...findings, { severity: 'error', message, ...linesOf(location) }];
}

function linesOf(location: BuildCallLocation | undefined): { firstLine: number; lastLine: number } {
  const ranges = location?.ranges ?? [];
  const firstLine = ranges[0]?.start.line ?? 1;
  return { firstLine, lastLine: Math.max(firstLine, ranges.at(-1)?.end.line ?? firstLine) };
}
