/** `POST /images/create?fromSrc=…`: an image of one layer, which is a tar from anywhere. */
import { applyChanges } from '../build/apply-changes.ts';
import { encodeImageConfig } from '../image/image-config-json.ts';
import { machinePlatform, parsePlatform } from '../image/platform.ts';
import { KindError } from '../lib/errors.ts';
import { progressMessage } from '../registry/progress.ts';
import type { Daemon } from './daemon.ts';
import { logImageEvent } from './image-events.ts';
import { tagImage } from './image-tag.ts';
import { repoTagReference } from './repo-tag.ts';
import type { ImageImportOptions } from './server/backend/image-backend.ts';
import { parseSignal } from '../lib/signals.ts';
import { engineVersion } from './system-version.ts';
import { jsonTime } from './timestamps.ts';

export async function imageImport(daemon: Daemon, options: ImageImportOptions): Promise<void> {
  const target = repoTagReference(options.target);
  const platform =
    options.platform === undefined ? machinePlatform : parsePlatform(options.platform);
  const source = await openSource(daemon, options);
  if (platform.os !== 'linux')
    throw new KindError('invalidParameter', 'operating system is not supported');
  const config = applyChanges({}, options.changes);
  if (config.StopSignal) parseSignal(config.StopSignal);
  const comment = options.message || `Imported from ${options.source}`;
  const { images } = daemon;
  const lease = images.lease();
  try {
    const { diffId } = await images.layers.ingestNew(source, lease);
    options.signal?.throwIfAborted();
    const created = jsonTime(daemon.clock.now());
    const bytes = encodeImageConfig({
      platform,
      created,
      comment,
      dockerVersion: engineVersion,
      containerConfig: {},
      config,
      diffIds: [diffId],
      history: [{ created, comment, emptyLayer: false }],
    });
    const id = await images.put(bytes);
    if (target !== undefined) await tagImage(daemon, id, target);
    await logImageEvent(daemon, 'import', { id });
    options.onProgress({ status: id });
  } finally {
    await lease.release();
  }
}

/** The request's body, or what a URL leads to; without a scheme it is plain HTTP. */
async function openSource(
  daemon: Daemon,
  options: ImageImportOptions,
): Promise<AsyncIterable<Uint8Array>> {
  const { source, signal } = options;
  if (source === '-') return options.body;
  const text = source.includes('://') ? source : `http://${source}`;
  if (!URL.canParse(text))
    throw new KindError('invalidParameter', `parse ${JSON.stringify(text)}: invalid URI`);
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    const message = `Get ${JSON.stringify(text)}: unsupported protocol scheme ${JSON.stringify(url.protocol.slice(0, -1))}`;
    throw new KindError('system', message);
  }
  const response = await daemon.registry.download(url, signal === undefined ? {} : { signal });
  if (!response.ok) {
    await response.body?.cancel();
    const status = `${response.status} ${response.statusText}`.trim();
    throw new KindError('invalidParameter', `failed to GET ${text} with status ${status}`);
  }
  options.onProgress({ status: `Downloading from ${text}` });
  return reported(response, options);
}

async function* reported(
  response: Response,
  { onProgress }: ImageImportOptions,
): AsyncGenerator<Uint8Array, void, void> {
  const total = Number(response.headers.get('content-length') ?? 0);
  let current = 0;
  let lastBytes = 0;
  if (response.body === null) return;
  for await (const chunk of response.body) {
    current += chunk.length;
    const isDue = current - lastBytes >= Math.min(512 * 1024, total / 100 || 512 * 1024);
    if (isDue || current === total) {
      lastBytes = current;
      onProgress(progressMessage('Importing', { current, total }));
    }
    yield chunk;
  }
}
