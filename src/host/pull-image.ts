/** Joins the registry client to the engine: what `POST /images/create` does. */
import type { PullImage } from '../engine/daemon.ts';
import { parsePlatform } from '../image/platform.ts';
import { parseReference } from '../image/reference.ts';
import type { Puller } from '../registry/pull.ts';

/** `ready` is waited for before the first byte is stored. */
export function pullImageWith(puller: Puller, ready: Promise<void>): PullImage {
  return async ({ reference, platform, auth, onProgress, signal }) => {
    await ready;
    await puller.pull(parseReference(reference), {
      onProgress,
      ...(platform === undefined || platform === '' ? {} : { platform: parsePlatform(platform) }),
      ...(signal === undefined ? {} : { signal }),
      ...(auth?.username === undefined
        ? {}
        : { credentials: { username: auth.username, password: auth.password ?? '' } }),
    });
  };
}
