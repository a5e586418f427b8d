/** `docker build` with BuildKit's look, which is `docker buildx build`. */
import {
  buildMessageIds,
  type BuildCallResult,
  type BuildErrorDetail,
  type BuildStatus,
} from '../../../api/build.ts';
import type { JsonMessage } from '../../../api/image.ts';
import type { Query } from '../../../client/api-client.ts';
import { imageBuild } from '../../../client/build.ts';
import { decodeBase64 } from '../../../lib/base64.ts';
import {
  openDisplay,
  progressMode,
  type ProgressMode,
} from '../../build-progress/build-display.ts';
import { exactly, type Command, type CommandContext } from '../../command/command.ts';
import { ExitError } from '../../command/exit-error.ts';
import { absolutePath } from '../../paths.ts';
import { filesOf } from '../../streams/archive-output.ts';
import { withAnnotations } from './build-annotations.ts';
import { buildContext } from './build-context.ts';
import { parseOutputs, OutputWriters, type BuildOutput } from './build-outputs.ts';
import { buildQuery, registryHeaders } from './build-query.ts';
import { secretsHeader } from './build-secrets.ts';
import { sshHeader } from './build-ssh.ts';
import { errorFrames, warningsText } from './build-warnings.ts';
import { buildxBuildFlags } from './buildx-flags.ts';
import { checkSupport } from './buildx-support.ts';
import { callOf, printCallResult } from './call-result.ts';
import { idFilePath, platformOf, removeStale } from './classic-build.ts';
import { namedContexts } from './named-contexts.ts';

export const buildxBuild: Command = {
  use: '[OPTIONS] PATH | URL | -',
  short: 'Start a build',
  aliases: 'docker build, docker builder build, docker image build, docker buildx b',
  arguments: exactly(1),
  flags: buildxBuildFlags,
  run: runBuildx,
};

async function runBuildx(context: CommandContext): Promise<void> {
  const { flags, args, client } = context;
  const mode = progressMode(context);
  const call = callOf(flags);
  await checkSupport(context);
  const outputs = withAnnotations(parseOutputs(context), flags.values<string>('annotation'));
  const idFile = idFilePath(context);
  await removeStale(context, idFile);
  const secrets = await secretsHeader(context);
  const ssh = await sshHeader(context, args[0] ?? '');
  const main = await buildContext(context, {
    path: args[0] ?? '',
    file: flags.string('file'),
    buildkit: true,
  });
  const named = await namedContexts(context, main.body);
  const messages = await imageBuild(client, {
    query: {
      ...buildQuery(context, { epochVariable: 'SOURCE_DATE_EPOCH' }),
      ...buildxQuery(context, outputs),
      version: 2,
      dockerfile: main.dockerfile || undefined,
      sourcename: main.sourceName === main.dockerfile ? undefined : main.sourceName,
      remote: main.remote,
      call: call?.name,
      namedcontexts: named.query,
    },
    headers: {
      ...registryHeaders(context),
      ...(secrets === undefined ? {} : { 'x-build-secrets': secrets }),
      ...(ssh === undefined ? {} : { 'x-build-ssh': ssh }),
    },
    ...(named.body === undefined ? {} : { body: named.body }),
    signal: context.signal,
  });
  const result = await follow(context, messages, { mode, outputs });
  if (call !== undefined) return printCallResult(context, call, result.call);
  await writeResult(context, result, { mode, idFile });
}

/** What the classic builder has no word for. */
function buildxQuery(context: CommandContext, outputs: readonly BuildOutput[]): Query {
  const { flags } = context;
  const platforms = flags.values<string>('platform');
  const allow = flags.values<string>('allow');
  const cacheTo = flags.values<string>('cache-to');
  const noCache = flags.values<string>('no-cache-filter');
  return {
    platform: platforms[0] ?? platformOf(context),
    allow: allow.length > 0 ? allow.join(',') : undefined,
    cacheto: cacheTo.length > 0 ? JSON.stringify(cacheTo) : undefined,
    nocachefilter: noCache.length > 0 ? noCache.join(',') : undefined,
    outputs: outputs.length > 0 ? JSON.stringify(outputs.map(outputParameter)) : undefined,
  };
}

/** The engine does not know where files go here, only that they do. */
function outputParameter({ type, attributes, destination }: BuildOutput) {
  const dest = destination === undefined ? {} : { dest: destination };
  return { Type: type, Attrs: { ...attributes, ...dest } };
}

interface BuildResult {
  imageId: string;
  call?: BuildCallResult;
}

/** Shows what comes until the build has ended; rejects with its error, told already. */
async function follow(
  context: CommandContext,
  messages: AsyncIterable<JsonMessage>,
  { mode, outputs }: { readonly mode: ProgressMode; readonly outputs: readonly BuildOutput[] },
): Promise<BuildResult> {
  const { err, flags } = context;
  const display = openDisplay(context, mode);
  const result: BuildResult = { imageId: '' };
  const files = new OutputWriters(context, outputs);
  let failure: BuildErrorDetail | undefined;
  try {
    for await (const message of messages) {
      const { id, aux } = message;
      if (id === buildMessageIds.trace) await display.update(aux as BuildStatus);
      else if (id === buildMessageIds.imageId) result.imageId = String(aux?.['ID'] ?? '');
      else if (id === buildMessageIds.callResult) result.call = aux as unknown as BuildCallResult;
      else if (id === buildMessageIds.exportChunk)
        await files.write(Number(aux?.['output'] ?? 0), decodeBase64(String(aux?.['data'] ?? '')));
      failure ??= message.errorDetail ?? (message.error ? { message: message.error } : undefined);
    }
    if (failure === undefined) await files.close();
    else await files.abort(new Error(failure.message));
  } catch (error) {
    await files.abort(error);
    throw error;
  } finally {
    await display.done();
    const isShown = mode !== 'quiet' && mode !== 'rawjson';
    const debug = flags.bool('debug');
    if (isShown) await err.write(warningsText(display.trace.warnings, { debug }));
  }
  if (failure === undefined) return result;
  await err.write(errorFrames(failure.sources ?? []));
  throw new ExitError(1, `ERROR: failed to solve: ${failure.message}`);
}

/** Of this build in buildx's history: 25 lowercase letters and digits. */
function buildReference(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(25));
  return Array.from(bytes, (byte) => (byte % 36).toString(36)).join('');
}

async function writeResult(
  context: CommandContext,
  { imageId }: BuildResult,
  { mode, idFile }: { readonly mode: ProgressMode; readonly idFile: string | undefined },
): Promise<void> {
  const { flags, out, invocation } = context;
  if (mode === 'quiet' && imageId !== '') await out.line(imageId);
  const encoder = new TextEncoder();
  if (idFile !== undefined) await filesOf(context).writeFile(idFile, encoder.encode(imageId));
  const metadataFile = flags.string('metadata-file');
  if (metadataFile === '') return;
  const names = flags.list('tag').join(',');
  const metadata = {
    'buildx.build.ref': `default/default/${buildReference()}`,
    'containerimage.config.digest': imageId,
    'containerimage.digest': imageId,
    ...(names === '' ? {} : { 'image.name': names }),
  };
  const path = absolutePath(metadataFile, invocation.workingDirectory);
  await filesOf(context).writeFile(path, encoder.encode(JSON.stringify(metadata, undefined, 2)));
}
