/** An engine over a guest without a machine, with images that have no layers, and its API. */
import type { ApiHandler, ApiResponse } from '../../src/api/http.ts';
import type { Clock } from '../../src/engine/daemon.ts';
import { createEngine, type Engine } from '../../src/engine/engine.ts';
import type { RegistryAccess } from '../../src/engine/registry-access.ts';
import type { SavedEngine } from '../../src/engine/state/saved-engine.ts';
import { createEngineServer } from '../../src/engine/server/server.ts';
import { FakeGuest } from '../../src/guest/fake-guest.ts';
import type { RecordStore } from '../../src/image/content-store.ts';
import { ImageStore } from '../../src/image/image-store.ts';
import { createIndexSink } from '../../src/host/layer-index-sink.ts';
import { LayerStore } from '../../src/image/layer-store.ts';
import { familiarText, parseReference } from '../../src/image/reference.ts';
import { KindError } from '../../src/lib/errors.ts';
import { createMemoryContentStore, createMemoryRecordStore } from './memory-stores.ts';

export interface FakeEngine {
  readonly guest: FakeGuest;
  readonly engine: Engine;
  readonly images: ImageStore;
  readonly handler: ApiHandler;
  /** One request with a JSON body; gives status and decoded JSON. */
  call(method: string, path: string, body?: unknown): Promise<{ status: number; json: unknown }>;
  request(method: string, path: string, body?: unknown): Promise<ApiResponse>;
  /** Creates a container of busybox and gives its ID. */
  create(config?: object, name?: string): Promise<string>;
  addImage(name: string, config: object): Promise<void>;
}

export interface FakeEngineOptions {
  readonly registry?: Partial<RegistryAccess>;
  readonly clock?: Clock;
  /** What the engine before left. */
  readonly state?: RecordStore;
  readonly buildCacheBytesMax?: number;
  /** What the engine before knew of the machine that goes on. */
  readonly saved?: SavedEngine;
}

/** What a test leaves out, nobody answers. */
function fakeRegistry(given: Partial<RegistryAccess> = {}): RegistryAccess {
  const nobody = async (): Promise<never> => {
    throw new KindError('unavailable', 'no registry');
  };
  return {
    pull: async (reference, { onProgress }) => {
      onProgress({ status: `Pulling from ${familiarText(reference)}` });
    },
    push: nobody,
    distribution: nobody,
    search: nobody,
    login: nobody,
    download: nobody,
    ...given,
  };
}

export async function createFakeEngine(options: FakeEngineOptions = {}): Promise<FakeEngine> {
  const guest = new FakeGuest();
  const content = createMemoryContentStore();
  const records = createMemoryRecordStore();
  const layers = new LayerStore({ content, records, createIndexSink });
  const images = new ImageStore({ content, records, layers });
  const engine = createEngine({
    guest,
    images,
    registry: fakeRegistry(options.registry),
    ...(options.clock === undefined ? {} : { clock: options.clock }),
    ...(options.state === undefined ? {} : { state: options.state }),
    ...(options.buildCacheBytesMax === undefined
      ? {}
      : { buildCacheBytesMax: options.buildCacheBytesMax }),
    ...(options.saved === undefined ? {} : { saved: options.saved }),
    memorySizeBytes: 272 * 1024 * 1024,
  });
  const handler = createEngineServer(engine);
  const request = (method: string, path: string, body?: unknown) =>
    handler({
      method,
      path,
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: new TextEncoder().encode(JSON.stringify(body)) }),
    });
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await request(method, path, body);
    return { status: response.status, json: await bodyJson(response) };
  };
  const addImage = async (name: string, config: object) => {
    const bytes = new TextEncoder().encode(
      JSON.stringify({
        architecture: '386',
        os: 'linux',
        created: '2026-01-01T00:00:00Z',
        config,
        rootfs: { type: 'layers', diff_ids: [] },
        history: [{ created: '2026-01-01T00:00:00Z', created_by: 'test' }],
      }),
    );
    await images.tag(await images.put(bytes), parseReference(`${name}:latest`));
  };
  const create = async (config: object = {}, name?: string): Promise<string> => {
    const query = name === undefined ? '' : `?name=${name}`;
    const body = { Image: 'busybox', ...config };
    const { status, json } = await call('POST', `/containers/create${query}`, body);
    if (status !== 201) throw new Error(JSON.stringify(json));
    return String((json as { Id: string }).Id);
  };
  await addImage('busybox', { Cmd: ['sh'], Env: ['PATH=/bin'] });
  return { guest, engine, images, handler, request, call, create, addImage };
}

export async function bodyBytes(response: ApiResponse): Promise<Uint8Array> {
  const { body } = response;
  if (body === undefined) return new Uint8Array();
  if (body instanceof Uint8Array) return body;
  return readAll(body);
}

export async function readAll(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of stream) chunks.push(chunk.slice());
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

async function bodyJson(response: ApiResponse): Promise<unknown> {
  const text = new TextDecoder().decode(await bodyBytes(response));
  return text === '' ? undefined : JSON.parse(text);
}
