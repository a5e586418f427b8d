import { describe, expect, test } from 'vitest';
import type { ApiHandler, ApiRequest, ApiResponse } from '../api/http.ts';
import { errorKind } from '../lib/errors.ts';
import { ApiClient } from './api-client.ts';
import { containerLogs, containerRemove, containerWait } from './containers.ts';
import { execAttach } from './exec.ts';
import { imageCreate, imageInspect, imageList } from './images.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

function clientOf(answer: Partial<ApiResponse>) {
  const requests: ApiRequest[] = [];
  const handler: ApiHandler = (request) => {
    requests.push(request);
    return Promise.resolve({ status: 200, headers: {}, ...answer });
  };
  return { client: new ApiClient(handler), requests };
}

const json = { 'content-type': 'application/json' };

describe('ApiClient', () => {
  test('call() leaves out what is not asked for and escapes names', async () => {
    const { client, requests } = clientOf({ status: 204 });
    await containerRemove(client, { container: 'a/b?', force: true, removeVolumes: false });
    expect(requests[0]).toMatchObject({
      method: 'DELETE',
      path: '/v1.51/containers/a%2Fb%3F?force=1',
    });
  });

  test('call() keeps the slashes, the tag and the digest of an image name', async () => {
    const { client, requests } = clientOf({ body: bytes('{}') });
    await imageInspect(client, { image: 'host:5000/a/b:1@sha256:aa' });
    expect(requests[0]?.path).toBe('/v1.51/images/host:5000/a/b:1@sha256:aa/json');
  });

  test('call() sends filters as the API has them', async () => {
    const { client, requests } = clientOf({ body: bytes('[]') });
    await imageList(client, { filters: { label: ['a=b', 'c'], none: [] } });
    const query = new URLSearchParams(requests[0]?.path.split('?')[1]);
    expect(query.get('filters')).toBe('{"label":{"a=b":true,"c":true}}');
  });

  test.each([
    [404, 'notFound'],
    [409, 'conflict'],
    [400, 'invalidParameter'],
    [500, 'system'],
    [501, 'notImplemented'],
  ])('an answer of %i is an error of kind %s', async (status, kind) => {
    const { client } = clientOf({ status, headers: json, body: bytes('{"message":"No\\n"}') });
    const error: unknown = await imageList(client).catch((caught: unknown) => caught);
    expect(errorKind(error)).toBe(kind);
    expect(error).toHaveProperty('message', 'Error response from daemon: No');
  });

  test('an error that is no JSON is told as it is', async () => {
    const { client } = clientOf({ status: 502, body: bytes('Bad gateway\n') });
    await expect(imageList(client)).rejects.toThrow('Error response from daemon: Bad gateway');
  });

  test('hijack() refuses what was not upgraded, as the real client words it', async () => {
    const { client } = clientOf({ status: 409, headers: json, body: bytes('{"message":"x"}') });
    const attach = execAttach(client, { exec: 'e', config: {} });
    await expect(attach).rejects.toThrow('unable to upgrade to tcp, received 409');
  });

  test('imageCreate() yields each message once, wherever the stream is cut', async () => {
    const text = '{"status":"ä"}\n{"status":"two"}\n\n{"status":"three"}';
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes(text)) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    const { client } = clientOf({ body });
    const seen: unknown[] = [];
    for await (const message of await imageCreate(client, { name: 'x', tag: '' })) {
      seen.push(message.status);
    }
    expect(seen).toEqual(['ä', 'two', 'three']);
  });

  test('containerWait() resolves before the container ends', async () => {
    const pipe = new TransformStream<Uint8Array, Uint8Array>();
    const { client } = clientOf({ body: pipe.readable });
    const { exit } = await containerWait(client, { container: 'c', condition: 'next-exit' });
    const writer = pipe.writable.getWriter();
    await writer.write(bytes('{"StatusCode":'));
    await writer.write(bytes('3}'));
    await writer.close();
    expect(await exit).toEqual({ StatusCode: 3 });
  });

  test('containerLogs() gives a body in one piece as a stream too', async () => {
    const { client } = clientOf({ body: bytes('log') });
    const stream = await containerLogs(client, { container: 'c', tail: 'all' });
    expect(await new Response(stream).text()).toBe('log');
  });
});
