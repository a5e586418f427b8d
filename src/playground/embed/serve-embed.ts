/** Answers the page around an embed over the port that it gave, and tells it what happens. */
import { quoteShell, saveCommand } from '../../lesson/shell-words.ts';
import { DisposableStore, type Disposable } from '../../lib/disposable.ts';
import { errorMessage } from '../../lib/errors.ts';
import type { Embed } from './embed.svelte.ts';
import {
  answerSizeMax,
  outputUnreadMax,
  parseEmbedRequest,
  requestCountMax,
  type EmbedAnswer,
  type EmbedEvent,
  type EmbedRequest,
  type EmbedRunResult,
} from './protocol.ts';

export function serveEmbed(embed: Embed, port: MessagePort): Disposable {
  return new EmbedService(embed, port);
}

class EmbedService implements Disposable {
  readonly #embed: Embed;
  readonly #port: MessagePort;
  readonly #store = new DisposableStore();
  readonly #ports = new Map<number, boolean>();
  readonly #decoder = new TextDecoder();
  #pending = 0;
  #output: Disposable | undefined;
  #unread = 0;

  constructor(embed: Embed, port: MessagePort) {
    this.#embed = embed;
    this.#port = port;
    port.addEventListener('message', ({ data }) => this.#receive(data));
    port.start();
    this.#store.add(
      embed.session.onPhase((phase, cause) =>
        this.#tell({ type: 'phase', phase, ...(cause === '' ? {} : { cause }) }),
      ),
    );
    this.#store.add(
      embed.session.onReady((host) => {
        this.#tell({ type: 'ready', bootMs: Math.round(embed.session.bootMs ?? 0) });
        host.watchPorts((published) => this.#tellPorts(published));
      }),
    );
    this.#store.add(
      embed.onCheck(({ step, id }) => this.#tell({ type: 'check', step, check: id })),
    );
  }

  dispose(): void {
    this.#output?.dispose();
    this.#store.dispose();
    this.#port.close();
  }

  #receive(data: unknown): void {
    if (isRead(data)) {
      this.#unread = Math.max(0, this.#unread - data.characters);
      return;
    }
    const request = parseEmbedRequest(data);
    if (request === undefined) return;
    const { id } = request;
    if (this.#pending >= requestCountMax) {
      this.#answer({
        type: 'answer',
        id,
        error: `Too many requests: ${requestCountMax} wait already`,
      });
      return;
    }
    this.#pending += 1;
    this.#do(request)
      .then(
        (value) => this.#answer({ type: 'answer', id, ...(value === undefined ? {} : { value }) }),
        (error: unknown) => this.#answer({ type: 'answer', id, error: errorMessage(error) }),
      )
      .finally(() => (this.#pending -= 1));
  }

  async #do(request: EmbedRequest): Promise<EmbedRunResult | string | undefined> {
    const embed = this.#embed;
    switch (request.type) {
      case 'boot':
        return void embed.boot();
      case 'set':
        return void embed.apply(request.settings);
      case 'subscribe':
        return this.#subscribe(request.output);
      case 'type':
        return void embed.runInTerminal(request.command);
      case 'run':
        return this.#run(request.command);
      case 'write':
        return void (await this.#succeed(saveCommand(request.path, request.content)));
      case 'read':
        return this.#succeed(`head -c ${answerSizeMax} -- ${quoteShell(request.path)}`);
    }
  }

  async #run(command: string): Promise<EmbedRunResult> {
    const { stdout, stderr, exitCode } = await this.#embed.withMachine((host) => host.run(command));
    return {
      stdout: stdout.slice(0, answerSizeMax),
      stderr: stderr.slice(0, answerSizeMax),
      exitCode,
    };
  }

  async #succeed(command: string): Promise<string> {
    const { stdout, stderr, exitCode } = await this.#run(command);
    if (exitCode !== 0) throw new Error(stderr.trim() || `Exit code ${exitCode}`);
    return stdout;
  }

  #subscribe(wanted: boolean): undefined {
    this.#output?.dispose();
    this.#output = wanted
      ? this.#embed.terminal.onOutput((bytes) => this.#tellOutput(bytes))
      : undefined;
    this.#unread = 0;
    return undefined;
  }

  #tellOutput(bytes: Uint8Array): void {
    const text = this.#decoder.decode(bytes, { stream: true });
    // A page that does not read misses some of it, and nothing piles up.
    if (text === '' || this.#unread + text.length > outputUnreadMax) return;
    this.#unread += text.length;
    this.#tell({ type: 'output', text });
  }

  #tellPorts(published: readonly { port: number; protocol: string; listening: boolean }[]): void {
    const now = new Map(
      published
        .filter(({ protocol }) => protocol === 'tcp')
        .map(({ port, listening }) => [port, listening]),
    );
    for (const port of this.#ports.keys()) if (!now.has(port)) now.set(port, false);
    for (const [port, listening] of now) {
      if ((this.#ports.get(port) ?? false) !== listening)
        this.#tell({ type: 'port', port, listening });
      if (listening) this.#ports.set(port, true);
      else this.#ports.delete(port);
    }
  }

  #answer(answer: EmbedAnswer): void {
    this.#port.postMessage(answer);
  }

  #tell(event: EmbedEvent): void {
    this.#port.postMessage(event);
  }
}

function isRead(data: unknown): data is { readonly characters: number } {
  if (typeof data !== 'object' || data === null) return false;
  const { type, characters } = data as { type?: unknown; characters?: unknown };
  return type === 'read-output' && typeof characters === 'number' && characters > 0;
}
