import { describe, expect, test } from 'vitest';
import type { ApiRequest, ApiResponse } from '../api/http.ts';
import { deferred } from '../guest/deferred.ts';
import { ApiGate } from './api-gate.ts';

const request = (method: string, path: string): ApiRequest => ({ method, path, headers: {} });
const ok: ApiResponse = { status: 200, headers: {} };

describe('ApiGate', () => {
  test('waits for requests under way and their bodies, and holds new ones until it opens', async () => {
    const body = deferred<void>();
    const seen: string[] = [];
    const gate = new ApiGate(async ({ path }) => {
      seen.push(path);
      if (path !== '/v1.51/build') return ok;
      const stream = new ReadableStream<Uint8Array>({
        async pull(controller) {
          await body.promise;
          controller.close();
        },
      });
      return { ...ok, body: stream };
    });
    const { body: building } = await gate.handle(request('POST', '/v1.51/build'));
    const read = new Response(building as ReadableStream<Uint8Array<ArrayBuffer>>).text();
    let isClosed = false;
    const closing = gate.close().then((open) => {
      isClosed = true;
      return open;
    });
    const late = gate.handle(request('POST', '/containers/create'));
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(isClosed).toBe(false);
    body.resolve();
    await read;
    const open = await closing;
    expect(seen).toEqual(['/v1.51/build']);
    open.dispose();
    await late;
    expect(seen).toContain('/containers/create');
  });

  test('nobody who only listens is waited for', async () => {
    const gate = new ApiGate(() => new Promise(() => undefined));
    for (const path of ['/events', '/v1.51/containers/a/logs?follow=1', '/v1.51/exec/b/start'])
      void gate.handle(request('GET', path));
    await gate.close();
  });

  test('says what it is busy with, and goes on', async () => {
    const gate = new ApiGate(() => new Promise(() => undefined), 1);
    void gate.handle(request('POST', '/build?t=x'));
    await expect(gate.close()).rejects.toThrow(
      'Cannot save the machine: the engine is busy with POST /build',
    );
    await expect(gate.close()).rejects.toMatchObject({ kind: 'conflict' });
  });
});
