/** A server's folder of the built page, and a new version of the page put into it. */
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPlayground } from './playground.ts';
import type { PlaygroundFixture } from './playground.ts';

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A playground whose page can be replaced while it serves. */
export class PublishedPlayground {
  readonly #folder: string;
  #playground: PlaygroundFixture;

  private constructor(folder: string, playground: PlaygroundFixture) {
    this.#folder = folder;
    this.#playground = playground;
  }

  static async start(): Promise<PublishedPlayground> {
    const folder = await mkdtemp(join(tmpdir(), 'playground-'));
    // Builds what is stale before it is copied.
    await (await startPlayground()).stop();
    await cp(new URL('../../dist', import.meta.url).pathname, folder, { recursive: true });
    return new PublishedPlayground(folder, await startPlayground({ folder }));
  }

  get url(): string {
    return this.#playground.url;
  }

  /** Puts another page into the folder, with a service worker that knows it, unless `isTorn`. */
  async publish(marker: string, { isTorn = false } = {}): Promise<void> {
    const mark = (text: string): string => text.replace('</body>', `<p id="${marker}"></p></body>`);
    const [before, after] = await this.#edit('index.html', mark);
    await this.#edit('service-worker.js', (text) =>
      text
        .replace(/version:(["'`])[0-9a-f]{16}/, `version:$1${sha256(marker).slice(0, 16)}`)
        .replace(sha256(before), sha256(isTorn ? 'another page' : after)),
    );
    const { port } = new URL(this.url);
    await this.#playground.stop();
    this.#playground = await startPlayground({ folder: this.#folder, port: Number(port) });
  }

  async stop(): Promise<void> {
    await this.#playground.stop();
    await rm(this.#folder, { recursive: true });
  }

  async #edit(name: string, change: (text: string) => string): Promise<[string, string]> {
    const path = join(this.#folder, name);
    const before = await readFile(path, 'utf8');
    const after = change(before);
    await writeFile(path, after);
    await rm(`${path}.br`, { force: true });
    return [before, after];
  }
}
