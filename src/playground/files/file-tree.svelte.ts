/** The machine's folders, each listed when it is first opened, and again when something in it was changed here. */
import type { FileInfo, HostFiles } from '../../api/files.ts';
import { errorMessage } from '../../lib/errors.ts';
import { foldersAbove, isWithin, parentOf } from './paths.ts';

export interface TreeRow {
  readonly info: FileInfo;
  /** 0 for what is in the root. */
  readonly depth: number;
  readonly isFolder: boolean;
  readonly isOpen: boolean;
  /** Where it stands among its siblings, from 1, and how many there are. */
  readonly place: number;
  readonly siblings: number;
}

interface Folder {
  readonly entries: readonly FileInfo[];
  readonly leftOut: number;
  readonly error?: string;
}

export class FileTree {
  #folders = $state.raw<ReadonlyMap<string, Folder>>(new Map());
  #open = $state.raw<ReadonlySet<string>>(new Set(['/']));
  readonly #files: () => HostFiles | undefined;

  constructor(files: () => HostFiles | undefined) {
    this.#files = files;
  }

  readonly rows = $derived.by(() => this.#rowsOf('/', 0));

  /** Why an open folder could not be listed, or how much of it is not shown. */
  readonly notes = $derived.by(() =>
    [...this.#folders].flatMap(([path, { error, leftOut }]) =>
      this.#open.has(path) && (error !== undefined || leftOut > 0)
        ? [{ path, error, leftOut }]
        : [],
    ),
  );

  async toggle(path: string): Promise<void> {
    if (this.#open.has(path)) {
      this.#open = new Set([...this.#open].filter((open) => open !== path));
      return;
    }
    this.#open = new Set([...this.#open, path]);
    await this.list(path);
  }

  /** Lists a folder anew; one that went away shows as empty, with the reason. */
  async list(path: string): Promise<void> {
    const files = this.#files();
    if (files === undefined) return;
    let folder: Folder;
    try {
      folder = await files.list(path);
    } catch (error) {
      folder = { entries: [], leftOut: 0, error: errorMessage(error) };
    }
    this.#folders = new Map([...this.#folders, [path, folder]]);
  }

  /** Opens every folder above a path. */
  async reveal(path: string): Promise<void> {
    const folders = foldersAbove(path);
    this.#open = new Set([...this.#open, ...folders]);
    await Promise.all(folders.map((folder) => this.list(folder)));
  }

  /** Lists all that is open anew. */
  async refresh(): Promise<void> {
    await Promise.all([...this.#open].map((path) => this.list(path)));
  }

  /** A path is there no more, or has another name. */
  async forget(path: string): Promise<void> {
    this.#open = new Set([...this.#open].filter((open) => !isWithin(open, path)));
    this.#folders = new Map([...this.#folders].filter(([folder]) => !isWithin(folder, path)));
    await this.list(parentOf(path));
  }

  #rowsOf(path: string, depth: number): TreeRow[] {
    const entries = this.#folders.get(path)?.entries ?? [];
    return entries.flatMap((info, at) => {
      const isFolder = info.type === 'dir' || info.leadsTo === 'dir';
      const isOpen = isFolder && this.#open.has(info.path);
      const row = { info, depth, isFolder, isOpen, place: at + 1, siblings: entries.length };
      return isOpen ? [row, ...this.#rowsOf(info.path, depth + 1)] : [row];
    });
  }
}
