/** How a request travels through the engine: explicitly, as the backend that serves this one request. */
import type { XrayEvent } from '../../../api/xray.ts';
import type { EngineBackend } from '../backend.ts';

export interface RequestInfo {
  readonly method: string;
  readonly path: string;
  /** What the client calls it; absent, the engine gives it a name. */
  readonly id?: string;
  /** The command line that the request is a part of, percent-encoded; untrusted. */
  readonly command?: string;
}

export interface RequestScope {
  readonly id: string;
  readonly backend: EngineBackend;
  /** The response goes out now. */
  end(status: number): void;
}

export interface RequestBackend {
  beginRequest(request: RequestInfo): RequestScope;
  xrayEvents(options: {
    readonly requestId?: string;
    readonly follow: boolean;
    readonly signal?: AbortSignal;
  }): ReadableStream<XrayEvent>;
}
