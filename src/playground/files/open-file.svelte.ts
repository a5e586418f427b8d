/** A file in the editor: what was read, whether it was changed here, and whether it changed on the machine meanwhile. */
import type { HostFiles } from '../../api/files.ts';
import { nameOf } from './paths.ts';

/** Largest file the editor opens: a megabyte of text is more than anybody edits by hand. */
export const editedBytesMax = 1024 * 1024;

export type Refusal = 'missing' | 'notFile' | 'tooLarge' | 'binary';
export type Conflict = 'changed' | 'removed';

export interface OpenFileOptions {
  readonly path: string;
  readonly text: string;
  /** Of the file when it was read. */
  readonly version: string;
}

export class OpenFile {
  #path = $state('');
  /** What the machine's file held when it was read or saved last. */
  #savedText = $state.raw('');
  #text = $state.raw('');
  #version: string;
  #conflict = $state<Conflict | undefined>();
  #isSaving = $state(false);
  /** Counts the texts and names that came from outside the editor. */
  #revision = $state(0);

  constructor({ path, text, version }: OpenFileOptions) {
    this.#path = path;
    this.#savedText = text;
    this.#text = text;
    this.#version = version;
  }

  get path(): string {
    return this.#path;
  }
  get name(): string {
    return nameOf(this.path);
  }
  get text(): string {
    return this.#text;
  }
  get revision(): number {
    return this.#revision;
  }
  get isDirty(): boolean {
    return this.#text !== this.#savedText;
  }
  get conflict(): Conflict | undefined {
    return this.#conflict;
  }
  get isSaving(): boolean {
    return this.#isSaving;
  }

  /** What the editor holds now. */
  edit(text: string): void {
    this.#text = text;
  }

  /** The machine's file has another name now, which may make it another language to the editor. */
  moveTo(path: string): void {
    this.#path = path;
    this.#revision += 1;
  }

  /** Writes the text, unless the file changed on the machine: then it is a conflict, for the learner to settle. */
  async save(files: HostFiles, options: { readonly force?: boolean } = {}): Promise<void> {
    const text = this.#text;
    const content = new TextEncoder().encode(text);
    this.#isSaving = true;
    try {
      const outcome = await files.write(
        this.path,
        content,
        options.force === true ? {} : { expected: this.#version },
      );
      if (outcome.saved) {
        this.#savedText = text;
        this.#version = outcome.version;
        this.#conflict = undefined;
      } else if (outcome.reason !== 'exists') {
        this.#conflict = outcome.reason;
      }
    } finally {
      this.#isSaving = false;
    }
  }

  /** Takes what the machine has; what was changed here is lost. */
  async reload(files: HostFiles): Promise<Refusal | undefined> {
    const read = await readText(files, this.path);
    if ('refusal' in read) return read.refusal;
    this.#savedText = read.text;
    this.#text = read.text;
    this.#version = read.version;
    this.#conflict = undefined;
    this.#revision += 1;
    return undefined;
  }

  /** Looks whether the file changed beneath: a clean one follows, a dirty one is in conflict. */
  async look(files: HostFiles): Promise<void> {
    const info = await files.stat(this.path);
    if (info?.version === this.#version || this.#isSaving) return;
    if (info === undefined) this.#conflict = 'removed';
    else if (this.isDirty) this.#conflict = 'changed';
    else await this.reload(files);
  }
}

export type ReadText =
  | { readonly text: string; readonly version: string }
  | { readonly refusal: Refusal };

/** A file as text, or why the editor does not take it. */
export async function readText(files: HostFiles, path: string): Promise<ReadText> {
  const info = await files.stat(path);
  if (info === undefined) return { refusal: 'missing' };
  if (info.type !== 'file') return { refusal: 'notFile' };
  if (info.sizeBytes > editedBytesMax) return { refusal: 'tooLarge' };
  const content = await files.read(path, editedBytesMax);
  if (content.includes(0)) return { refusal: 'binary' };
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
    return { text, version: info.version };
  } catch {
    return { refusal: 'binary' };
  }
}
