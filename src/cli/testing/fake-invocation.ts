/** Runs command lines in tests: streams are arrays, the terminal is what the test says. */
import type { ApiHandler, ApiRequest, ApiResponse } from '../../api/http.ts';
import { toDisposable } from '../../lib/disposable.ts';
import { KindError } from '../../lib/errors.ts';
import type { CliFiles, CliInvocation, TerminalInfo } from '../invocation.ts';
import { runCli } from '../run-cli.ts';

export interface FakeOptions {
  readonly argv: readonly string[];
  readonly handler?: ApiHandler;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string | ReadableStream<Uint8Array>;
  readonly terminal?: Partial<TerminalInfo>;
  readonly files?: Readonly<Record<string, string>>;
  /** Nobody reads standard output. */
  readonly stdoutBroken?: boolean;
  /** Milliseconds since 1970 at which the clock stands. */
  readonly now?: number;
  /** Gets the means to act while the command runs. */
  readonly during?: (controls: FakeControls) => void | Promise<void>;
}

export interface FakeControls {
  sendSignal(number: number): void;
  resize(columns: number, rows: number): void;
}

export interface FakeResult {
  readonly stdout: string;
  readonly stderr: string;
  /** Both, in the order they were written. */
  readonly output: string;
  readonly exitCode: number;
  readonly rawModes: readonly boolean[];
  readonly files: ReadonlyMap<string, string>;
}

export async function runFake(options: FakeOptions): Promise<FakeResult> {
  const written = { stdout: '', stderr: '', output: '' };
  const rawModes: boolean[] = [];
  const signalListeners = new Set<(number: number) => void>();
  const resizeListeners = new Set<(columns: number, rows: number) => void>();
  const files = new Map(Object.entries(options.files ?? {}));
  const invocation: CliInvocation = {
    argv: options.argv,
    env: options.env ?? {},
    workingDirectory: '/root',
    stdin: inputStream(options.stdin ?? ''),
    stdout: options.stdoutBroken === true ? brokenSink() : sink(written, 'stdout'),
    stderr: sink(written, 'stderr'),
    terminal: {
      stdin: false,
      stdout: false,
      stderr: false,
      columns: 80,
      rows: 24,
      ...options.terminal,
    },
    setRawMode(raw) {
      rawModes.push(raw);
      return Promise.resolve();
    },
    onResize: (listener) => subscribe(resizeListeners, listener),
    onSignal: (listener) => subscribe(signalListeners, listener),
    catchBrokenPipe: () => toDisposable(() => undefined),
    signal: new AbortController().signal,
  };
  const handler = options.handler ?? refuse;
  const now = options.now;
  const run = runCli(invocation, {
    handler,
    files: filesOf(files),
    ...(now === undefined ? {} : { now: () => now }),
  });
  const during = options.during?.({
    sendSignal: (number) => signalListeners.forEach((listener) => listener(number)),
    resize: (columns, rows) => resizeListeners.forEach((listener) => listener(columns, rows)),
  });
  const exitCode = await run;
  await during;
  return { ...written, exitCode, rawModes, files };
}

/** An answer with a JSON body. */
export function jsonResponse(value: unknown, status = 200): ApiResponse {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: new TextEncoder().encode(JSON.stringify(value)),
  };
}

export function errorResponse(status: number, message: string): ApiResponse {
  return jsonResponse({ message }, status);
}

export function streamResponse(chunks: readonly (string | Uint8Array)[]): ApiResponse {
  return { status: 200, headers: {}, body: streamOf(chunks) };
}

export function streamOf(chunks: readonly (string | Uint8Array)[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) {
        controller.enqueue(typeof chunk === 'string' ? encoder.encode(chunk) : chunk);
      }
      controller.close();
    },
  });
}

/** Answers by `METHOD /path` without version and query; what is not there is an error. */
export function fakeHandler(
  routes: Readonly<Record<string, (request: ApiRequest) => ApiResponse | Promise<ApiResponse>>>,
): ApiHandler & { readonly requests: ApiRequest[] } {
  const requests: ApiRequest[] = [];
  const handler: ApiHandler = async (request) => {
    requests.push(request);
    const path = request.path.replace(/^\/v[\d.]+/, '').replace(/\?.*$/, '');
    const route = routes[`${request.method} ${path}`];
    if (route === undefined) return errorResponse(404, `page not found: ${path}`);
    return route(request);
  };
  return Object.assign(handler, { requests });
}

function refuse(request: ApiRequest): Promise<ApiResponse> {
  return Promise.reject(new Error(`Unexpected request: ${request.method} ${request.path}`));
}

function filesOf(files: Map<string, string>): CliFiles {
  return {
    readFile(path) {
      const content = files.get(path);
      if (content === undefined) {
        return Promise.reject(new KindError('notFound', `No such file: ${path}`));
      }
      return Promise.resolve(new TextEncoder().encode(content));
    },
    writeFile(path, content) {
      files.set(path, new TextDecoder().decode(content));
      return Promise.resolve();
    },
    removeFile(path) {
      files.delete(path);
      return Promise.resolve();
    },
    stat(path) {
      if (files.has(path)) return Promise.resolve({ type: 'file' });
      const isParent =
        path === '/' || [...files.keys()].some((name) => name.startsWith(`${path}/`));
      if (isParent || path === '/root') return Promise.resolve({ type: 'dir' });
      return Promise.reject(new KindError('notFound', `No such file: ${path}`));
    },
    openRead(path) {
      const content = files.get(path);
      if (content === undefined) {
        return Promise.reject(new KindError('notFound', `No such file: ${path}`));
      }
      return Promise.resolve(streamOf([content]));
    },
    async writeStream(path, source) {
      files.set(path, await new Response(source).text());
    },
    readTar: (path) => streamOf([`tar of ${path}`]),
    async writeTar(directory, tar) {
      files.set(directory, await new Response(tar).text());
    },
  };
}

function inputStream(input: string | ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  return typeof input === 'string' ? streamOf(input === '' ? [] : [input]) : input;
}

function sink(
  written: { stdout: string; stderr: string; output: string },
  name: 'stdout' | 'stderr',
): WritableStream<Uint8Array> {
  const decoder = new TextDecoder();
  return new WritableStream({
    write(chunk) {
      const text = decoder.decode(chunk, { stream: true });
      written[name] += text;
      written.output += text;
    },
  });
}

function brokenSink(): WritableStream<Uint8Array> {
  return new WritableStream({
    write() {
      throw new KindError('unavailable', 'broken pipe');
    },
  });
}

function subscribe<T>(listeners: Set<T>, listener: T) {
  listeners.add(listener);
  return toDisposable(() => listeners.delete(listener));
}
