/**
 * The files the machine boots from, as the build found them. Their addresses carry their hashes, so that
 * caches never mix versions, and what arrives is checked against them.
 */
import { KindError } from '../lib/errors.ts';
import { hexOf } from '../lib/hex.ts';

export interface MachineAsset {
  readonly name: string;
  /** Relative to the page, with `?v=<hash>`. */
  readonly url: string;
  readonly sizeBytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** What a machine begins with, which depends on where from. */
export const beginningFiles = {
  session: [],
  booted: ['booted.bin'],
  kernel: ['kernel.bin', 'initramfs.cpio', 'bios.bin'],
} as const;

/** What every machine is served. */
export const commonFiles = ['userland.bin', 'disk.gz'] as const;

/** Of the build's own; the processor's code comes from v86. */
export const machineFileNames: readonly string[] = [
  ...Object.values(beginningFiles).flat(),
  ...commonFiles,
];

export const wasmName = 'v86.wasm';

export interface AssetProgress {
  (receivedBytes: number, totalBytes: number): void;
}

export interface AssetOptions {
  readonly baseUrl: string;
  readonly fetch: typeof globalThis.fetch;
  readonly progress: AssetProgress;
  /** Sees the response of each asset while it arrives; whoever wants its body takes a clone. */
  readonly onResponse?: (name: string, response: Response) => void;
}

export type AssetBytes = Uint8Array<ArrayBuffer>;

/**
 * Throws `notFound` when the page was built before the machine was. Some files are wanted only behind the first
 * prompt: a machine that cannot come up whole had better not begin.
 */
export function checkAssets(assets: readonly MachineAsset[]): void {
  const names = new Set(assets.map(({ name }) => name));
  const missing = [...machineFileNames, wasmName].filter((name) => !names.has(name));
  if (missing.length === 0) return;
  throw new KindError('notFound', builtWithout(missing));
}

/** Stands for everything a machine is booted from but its empty disk: its memory makes sense with nothing else. */
export async function machineVersion(assets: readonly MachineAsset[]): Promise<string> {
  const lines = assets
    .filter(({ name }) => name !== 'disk.gz')
    .map(({ name, sha256 }) => `${name} ${sha256}`);
  const text = new TextEncoder().encode(lines.sort().join('\n'));
  return hexOf(new Uint8Array(await crypto.subtle.digest('SHA-256', text)));
}

function builtWithout(names: readonly string[]): string {
  return `Cannot boot: this page was built without ${names.map((name) => `"${name}"`).join(', ')}`;
}

/**
 * Downloads all in parallel, each with a promise of its own, so that whoever needs only some need not
 * wait for the rest. The first failure ends the others.
 */
export class AssetDownloads {
  readonly #contents: ReadonlyMap<string, Promise<AssetBytes>>;
  readonly #counts: { received: number; total: number }[];
  readonly #progress: AssetProgress;

  constructor(assets: readonly MachineAsset[], options: AssetOptions) {
    const abort = new AbortController();
    this.#progress = options.progress;
    this.#counts = assets.map(({ sizeBytes }) => ({ received: 0, total: sizeBytes }));
    const start = async (asset: MachineAsset, index: number): Promise<AssetBytes> => {
      try {
        return await fetchAsset(asset, {
          ...options,
          signal: abort.signal,
          progress: (received, total) => this.#count(index, { received, total }),
        });
      } catch (error) {
        abort.abort(error);
        // What was cut short by another's failure names that one.
        throw abort.signal.reason;
      }
    };
    this.#contents = new Map(assets.map((asset, index) => [asset.name, start(asset, index)]));
    for (const content of this.#contents.values()) content.catch(() => undefined);
  }

  /** The bytes of one asset, checked. Rejects with the first failure of any. */
  content(name: string): Promise<AssetBytes> {
    const content = this.#contents.get(name);
    if (content !== undefined) return content;
    return Promise.reject(new KindError('notFound', builtWithout([name])));
  }

  #count(index: number, count: { received: number; total: number }): void {
    this.#counts[index] = count;
    const sum = (key: 'received' | 'total'): number =>
      this.#counts.reduce((bytes, each) => bytes + each[key], 0);
    this.#progress(Math.round(sum('received')), sum('total'));
  }
}

async function fetchAsset(
  asset: MachineAsset,
  { baseUrl, fetch, progress, onResponse, signal }: AssetOptions & { signal: AbortSignal },
): Promise<AssetBytes> {
  const response = await fetch(new URL(asset.url, baseUrl), { signal }).catch((cause: unknown) => {
    const message = `Cannot download "${asset.name}": the server does not answer`;
    throw new KindError('unavailable', message, { cause });
  });
  if (!response.ok || response.body === null) {
    throw new KindError(
      'unavailable',
      `Cannot download "${asset.name}": the server answered ${response.status}`,
    );
  }
  onResponse?.(asset.name, response);
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

async function sha256Hex(content: AssetBytes): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', content));
  return hexOf(hash);
}
