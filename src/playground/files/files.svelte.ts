/** The files pane: a tree of the machine's folders, open files, and what is done to them. A failure is a message. */
import { transferBytesMax } from '../../api/files.ts';
import type { HostFiles } from '../../api/files.ts';
import type { ApiClient } from '../../client/api-client.ts';
import type { Disposable } from '../../lib/disposable.ts';
import { errorMessage } from '../../lib/errors.ts';
import type { ViewServices } from '../views/view-services.ts';
import { FileTree } from './file-tree.svelte.ts';
import { OpenFile, readText } from './open-file.svelte.ts';
import type { Refusal } from './open-file.svelte.ts';
import { childOf, isWithin, nameOf, parentOf } from './paths.ts';

/** Most files in tabs at once. */
export const openFilesMax = 20;

/** Most files that one drop or upload brings. */
export const uploadedFilesMax = 1000;

export type FilesMessage =
  | { readonly kind: 'refused'; readonly path: string; readonly refusal: Refusal }
  | { readonly kind: 'failed'; readonly cause: string }
  | { readonly kind: 'tooMany' | 'tooManyOpen' | 'uploadTooLarge'; readonly name: string }
  | { readonly kind: 'uploaded'; readonly count: number; readonly folder: string };

/** A file of the learner's computer; `path` is relative to what was dropped. */
export interface Upload {
  readonly path: string;
  readonly sizeBytes: number;
  readonly read: () => Promise<Uint8Array>;
}

/** Where everybody starts: the home of the machine's user. */
const home = '/root';

export class Files implements Disposable {
  readonly tree: FileTree;
  #host = $state.raw<HostFiles | undefined>();
  #client: ApiClient | undefined;
  #opened = $state.raw<readonly OpenFile[]>([]);
  #active = $state.raw<OpenFile | undefined>();
  #message = $state.raw<FilesMessage | undefined>();
  readonly #machines: Disposable;

  constructor(workbench: Pick<ViewServices, 'onMachine'>) {
    this.tree = new FileTree(() => this.#host);
    this.#machines = workbench.onMachine(({ host, client }) => {
      this.#host = host.files;
      this.#client = client;
      void this.tree.reveal(childOf(home, ''));
    });
  }

  get isReady(): boolean {
    return this.#host !== undefined;
  }
  /** For build checks. */
  get client(): ApiClient | undefined {
    return this.#client;
  }
  get opened(): readonly OpenFile[] {
    return this.#opened;
  }
  get active(): OpenFile | undefined {
    return this.#active;
  }
  get message(): FilesMessage | undefined {
    return this.#message;
  }

  clearMessage(): void {
    this.#message = undefined;
  }

  async open(path: string): Promise<void> {
    const open = this.#opened.find((file) => file.path === path);
    if (open !== undefined) {
      this.#active = open;
      return;
    }
    await this.#try(async (host) => {
      const read = await readText(host, path);
      if ('refusal' in read) {
        this.#message = { kind: 'refused', path, refusal: read.refusal };
        return;
      }
      const file = new OpenFile({ path, ...read });
      if (!this.#makeRoom()) {
        this.#message = { kind: 'tooManyOpen', name: file.name };
        return;
      }
      this.#opened = [...this.#opened, file];
      this.#active = file;
      await this.tree.reveal(path);
    });
  }

  show(file: OpenFile): void {
    this.#active = file;
  }

  /** What was not saved is lost; whoever calls it has asked. */
  close(file: OpenFile): void {
    const at = this.#opened.indexOf(file);
    this.#opened = this.#opened.filter((other) => other !== file);
    if (this.#active === file) this.#active = this.#opened[Math.min(at, this.#opened.length - 1)];
  }

  async save(file: OpenFile, options?: { readonly force?: boolean }): Promise<void> {
    await this.#try(async (host) => {
      await file.save(host, options);
      await this.tree.list(parentOf(file.path));
    });
  }

  async reload(file: OpenFile): Promise<void> {
    await this.#try(async (host) => {
      const refusal = await file.reload(host);
      if (refusal !== undefined) this.#message = { kind: 'refused', path: file.path, refusal };
    });
  }

  /** Whoever comes back to the page sees what programs did meanwhile. */
  async look(): Promise<void> {
    await this.#try(async (host) => {
      await Promise.all([this.tree.refresh(), ...this.#opened.map((file) => file.look(host))]);
    });
  }

  /** An empty file, opened. */
  async create(path: string): Promise<void> {
    await this.#try(async (host) => {
      const outcome = await host.write(path, new Uint8Array(), { expected: 'none' });
      if (!outcome.saved) throw new Error(`Cannot make "${path}": there is something of that name`);
      await this.open(path);
    });
  }

  async makeFolder(path: string): Promise<void> {
    await this.#try(async (host) => {
      await host.makeFolder(path);
      await this.tree.reveal(childOf(path, ''));
    });
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#try(async (host) => {
      await host.rename(from, to);
      // What is not saved yet is not lost: it is the new file's.
      for (const file of this.#opened) {
        if (isWithin(file.path, from)) file.moveTo(to + file.path.slice(from.length));
      }
      await this.tree.forget(from);
      await this.tree.reveal(to);
    });
  }

  async remove(path: string): Promise<void> {
    await this.#try(async (host) => {
      await host.remove(path);
      this.#closeWithin(path);
      await this.tree.forget(path);
    });
  }

  /** The bytes and name of a download: a folder comes as a tar. */
  async download(
    path: string,
    isFolder: boolean,
  ): Promise<{ name: string; bytes: Uint8Array } | undefined> {
    return this.#try(async (host) =>
      isFolder
        ? { name: `${nameOf(path)}.tar`, bytes: await host.readTar(path) }
        : { name: nameOf(path), bytes: await host.read(path, transferBytesMax) },
    );
  }

  /** Which of the uploads would be written over something that is there. */
  async wouldReplace(folder: string, uploads: readonly Upload[]): Promise<readonly string[]> {
    if (uploads.length > uploadedFilesMax) return [];
    const paths = uploads.map((upload) => childOf(folder, upload.path));
    const there = await this.#try((host) => Promise.all(paths.map((path) => host.stat(path))));
    return paths.filter((_, at) => there?.[at] !== undefined);
  }

  async upload(folder: string, uploads: readonly Upload[]): Promise<void> {
    const large = uploads.find(({ sizeBytes }) => sizeBytes > transferBytesMax);
    if (large !== undefined) this.#message = { kind: 'uploadTooLarge', name: large.path };
    else if (uploads.length > uploadedFilesMax) this.#message = { kind: 'tooMany', name: folder };
    else {
      await this.#try(async (host) => {
        for (const upload of uploads) {
          await host.write(childOf(folder, upload.path), await upload.read());
        }
        this.#message = { kind: 'uploaded', count: uploads.length, folder };
        await this.tree.reveal(childOf(folder, ''));
      });
    }
  }

  dispose(): void {
    this.#machines.dispose();
  }

  /** The oldest that has nothing to lose gives way; false when none does. */
  #makeRoom(): boolean {
    if (this.#opened.length < openFilesMax) return true;
    const oldest = this.#opened.find((file) => !file.isDirty);
    if (oldest !== undefined) this.close(oldest);
    return oldest !== undefined;
  }

  #closeWithin(path: string): void {
    for (const file of this.#opened) if (isWithin(file.path, path)) this.close(file);
  }

  async #try<T>(action: (host: HostFiles) => Promise<T>): Promise<T | undefined> {
    const host = this.#host;
    if (host === undefined) return undefined;
    this.#message = undefined;
    try {
      return await action(host);
    } catch (error) {
      this.#message = { kind: 'failed', cause: errorMessage(error) };
      return undefined;
    }
  }
}
