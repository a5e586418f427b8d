/**
 * The Engine API with a gate: closed, new requests wait, so that the machine can be saved between two of them. What goes
 * on for as long as somebody listens (attach, logs, events) holds up nobody.
 */
import type { ApiHandler, ApiRequest, ApiResponse } from '../api/http.ts';
import { deferred } from '../guest/deferred.ts';
import { toDisposable, type Disposable } from '../lib/disposable.ts';
import { KindError } from '../lib/errors.ts';

/** How long requests under way may take before the save is given up. */
const patienceMsDefault = 20_000;

const listening =
  /^(\/v[\d.]+)?\/(containers\/[^/]+\/(attach|attach\/ws|wait|logs|stats|resize)|exec\/[^/]+\/(start|resize)|events|session|bottleship\/xray)(\?|$)/;

export class ApiGate {
  readonly #api: ApiHandler;
  readonly #patienceMs: number;
  readonly #underWay = new Set<ApiRequest>();
  #opened: Promise<void> | undefined;
  #idle: (() => void) | undefined;

  constructor(api: ApiHandler, patienceMs: number = patienceMsDefault) {
    this.#api = api;
    this.#patienceMs = patienceMs;
  }

  readonly handle: ApiHandler = async (request) => {
    while (this.#opened !== undefined) await this.#opened;
    if (listening.test(request.path)) return this.#api(request);
    this.#underWay.add(request);
    const done = (): void => this.#end(request);
    try {
      return untilRead(await this.#api(request), done);
    } catch (error) {
      done();
      throw error;
    }
  };

  /** Lets nobody in until it is disposed of, and waits for who is inside; rejects `conflict` with what goes on. */
  async close(): Promise<Disposable> {
    if (this.#opened !== undefined)
      throw new KindError('conflict', 'Cannot save the machine: it is being saved already');
    const opened = deferred<void>();
    this.#opened = opened.promise;
    const open = toDisposable(() => {
      this.#opened = undefined;
      opened.resolve();
    });
    if (this.#underWay.size === 0) return open;
    const idle = deferred<void>();
    this.#idle = () => idle.resolve();
    const timer = setTimeout(() => idle.reject(this.#busy()), this.#patienceMs);
    try {
      await idle.promise;
      return open;
    } catch (error) {
      open.dispose();
      throw error;
    } finally {
      clearTimeout(timer);
      this.#idle = undefined;
    }
  }

  #busy(): KindError {
    const [request] = this.#underWay;
    const what = `${request?.method ?? ''} ${request?.path.split('?')[0] ?? ''}`;
    return new KindError('conflict', `Cannot save the machine: the engine is busy with ${what}`);
  }

  #end(request: ApiRequest): void {
    this.#underWay.delete(request);
    if (this.#underWay.size === 0) this.#idle?.();
  }
}

/** The response, with `done` called when its body is read to the end or given up. */
function untilRead(response: ApiResponse, done: () => void): ApiResponse {
  const { body } = response;
  if (!(body instanceof ReadableStream)) {
    done();
    return response;
  }
  const reader = body.getReader();
  const watched = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done: isOver, value } = await reader.read();
          if (value !== undefined) controller.enqueue(value);
          if (!isOver) return;
          done();
          controller.close();
        } catch (error) {
          done();
          controller.error(error);
        }
      },
      async cancel(reason) {
        done();
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
  return { ...response, body: watched };
}
