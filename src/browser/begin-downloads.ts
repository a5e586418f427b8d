/** Begins to download what a machine begins with. */
import { bootedMemorySizeBytes } from '../guest/booted-machine.ts';
import {
  AssetDownloads,
  beginningFiles,
  commonFiles,
  wasmName,
  type AssetBytes,
  type AssetProgress,
  type MachineAsset,
} from './machine-assets.ts';
import { throttle } from './throttle.ts';

declare const __MACHINE_ASSETS__: readonly MachineAsset[];

/** From a saved session, from a machine that was saved after its boot, or from the kernel. */
export type BeginningKind = keyof typeof beginningFiles;

/** What comlink carries of them to the worker, when the page downloads. */
export interface DownloadsApi {
  /** The bytes of one file, checked. Whoever has them from another thread is the only one to have them. */
  content(name: string): Promise<AssetBytes>;
  /** The processor; nothing where the browser cannot compile what it gets as it comes. */
  compiled(): Promise<WebAssembly.Module | undefined>;
}

export interface Downloads extends DownloadsApi {
  /** Tells how much has come: bytes as the network carries them. Those until now at once. */
  onProgress(listener: AssetProgress): void;
}

/** The progress bar needs no more. */
const progressIntervalMs = 50;

/** What a machine of this size, that is no session's, begins with. */
export function kindOfNew(memorySizeBytes: number): BeginningKind {
  return memorySizeBytes === bootedMemorySizeBytes ? 'booted' : 'kernel';
}

export function beginDownloads(kind: BeginningKind, baseUrl: string): Downloads {
  const names: readonly string[] = [...beginningFiles[kind], ...commonFiles, wasmName];
  let latest: Parameters<AssetProgress> | undefined;
  let tell: AssetProgress = () => undefined;
  const throttled = throttle((...count: Parameters<AssetProgress>) => {
    latest = count;
    tell(...count);
  }, progressIntervalMs);
  let compile: (module: Promise<WebAssembly.Module | undefined>) => void = () => undefined;
  const compiled = new Promise<WebAssembly.Module | undefined>((resolve) => {
    compile = resolve;
  });
  const described = __MACHINE_ASSETS__.filter(({ name }) => names.includes(name));
  const assets = new AssetDownloads(described, {
    baseUrl,
    fetch: (...request) => fetch(...request),
    progress: (received, total) => {
      throttled.call(received, total);
      if (received === total) throttled.flush();
    },
    onResponse(name, response) {
      if (name !== wasmName) return;
      // The browser keeps what it compiled from a response, and the next visit starts with fast code.
      compile(WebAssembly.compileStreaming(response.clone()).catch(() => undefined));
    },
  });
  return {
    content: (name) => assets.content(name),
    onProgress(listener) {
      tell = listener;
      if (latest !== undefined) listener(...latest);
    },
    compiled: () => compiled,
  };
}
