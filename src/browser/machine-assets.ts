/**
 * The files the machine boots from, as the build found them. Their addresses carry their hashes, so that
 * caches never mix versions, and what arrives is checked against them.
 */
import { KindError } from '../lib/errors.ts';

export interface MachineAsset {
  readonly name: string;
  /** Relative to the page, with `?v=<hash>`. */
  readonly url: string;
  readonly sizeBytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

export interface AssetProgress {
  (receivedBytes: number, totalBytes: number): void;
}

export interface AssetOptions {
  readonly baseUrl: string;
  readonly fetch: typeof globalThis.fetch;
  readonly progress: AssetProgress;
}

/** Downloads all in parallel and resolves with their bytes by name; rejects with the first failure. */
export async function fetchAssets(
  assets: readonly MachineAsset[],
  options: AssetOptions,
): Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>>> {
  const abort = new AbortController();
  const counts = assets.map(({ sizeBytes }) => ({ received: 0, total: sizeBytes }));
  const report = (): void => {
    const sum = (key: 'received' | 'total'): number =>
      counts.reduce((bytes, count) => bytes + count[key], 0);
    options.progress(Math.round(sum('received')), sum('total'));
  };
  try {
    const contents = await Promise.all(
      assets.map((asset, index) =>
        fetchAsset(asset, {
          ...options,
          signal: abort.signal,
          progress(received, total) {
            counts[index] = { received, total };
            report();
          },
        }),
      ),
    );
    return new Map(assets.map(({ name }, index) => [name, contents[index] ?? new Uint8Array()]));
  } catch (error) {
    abort.abort();
    throw error;
  }
}

async function fetchAsset(
  asset: MachineAsset,
  { baseUrl, fetch, progress, signal }: AssetOptions & { signal: AbortSignal },
): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(new URL(asset.url, baseUrl), { signal }).catch((cause: unknown) => {
    throw new KindError(
      'unavailable',
      `Cannot download "${asset.name}": the server does not answer`,
      {
        cause,
      },
    );
  });
  if (!response.ok || response.body === null) {
    throw new KindError(
      'unavailable',
      `Cannot download "${asset.name}": the server answered ${response.status}`,
    );
  }
  // Encoded bodies arrive inflated; the header says what the network carried.
  const wireBytes = Number(response.headers.get('content-length')) || asset.sizeBytes;
  const content = new Uint8Array(asset.sizeBytes);
  let received = 0;
  progress(0, wireBytes);
  for await (const chunk of response.body) {
    if (received + chunk.byteLength > content.byteLength) break;
    content.set(chunk, received);
    received += chunk.byteLength;
    progress((received / asset.sizeBytes) * wireBytes, wireBytes);
  }
  if ((await sha256Hex(content)) !== asset.sha256) {
    throw new KindError(
      'dataLoss',
      `Cannot use "${asset.name}": what the server sent is not what this page was built with`,
    );
  }
  return content;
}

async function sha256Hex(content: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', content));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
