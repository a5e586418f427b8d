/** A share link while it is made: what goes into it, and what the link is. */
import type { HostFiles } from '../../api/files.ts';
import { readText } from '../files/open-file.svelte.ts';
import type { Workbench } from '../workbench/workbench.svelte.ts';
import { parseRepository } from './repository.ts';
import { writeShareFragment } from './share-link.ts';
import { isCommand, isImage, parseSharedSetup, sharedFilesMax } from './shared-setup.ts';
import type { SharedSetup } from './shared-setup.ts';

/** Where files are looked for: the home of the machine's user. */
export const sharedFolder = '/root';
/** How deep below it, and how many are offered. */
const depthMax = 6;
const offeredFilesMax = 200;
/** Larger ones would not fit into a link. */
const offeredBytesMax = 128 * 1024;

export interface OfferedFile {
  readonly path: string;
  readonly sizeBytes: number;
}

export type Mistake = 'image' | 'repository' | 'commands' | 'tooManyFiles' | 'tooLarge';

export class ShareDraft {
  image = $state('');
  repository = $state('');
  /** One a line. */
  commands = $state('');
  withLayout = $state(true);
  #offered = $state.raw<readonly OfferedFile[]>([]);
  #chosen = $state.raw<ReadonlySet<string>>(new Set());
  #link = $state<string | undefined>();
  #mistake = $state<Mistake | undefined>();
  readonly #workbench: Workbench;
  readonly #pageUrl: string;
  readonly #texts = new Map<string, string>();
  #version = 0;

  /** `pageUrl`: of the playground, without a fragment. */
  constructor(workbench: Workbench, pageUrl: string) {
    this.#workbench = workbench;
    this.#pageUrl = pageUrl;
  }

  /** Text files below the home folder, hidden ones left out. */
  get offered(): readonly OfferedFile[] {
    return this.#offered;
  }
  /** Undefined while it is made, and when it cannot be. */
  get link(): string | undefined {
    return this.#link;
  }
  /** Why there is no link. */
  get mistake(): Mistake | undefined {
    return this.#mistake;
  }

  isChosen(path: string): boolean {
    return this.#chosen.has(path);
  }

  choose(path: string, wanted: boolean): void {
    const chosen = new Set(this.#chosen);
    if (wanted) chosen.add(path);
    else chosen.delete(path);
    this.#chosen = chosen;
  }

  /** Reads what may be shared; as many as a link may hold are chosen at first. */
  async look(): Promise<void> {
    const files = this.#workbench.session.host?.files;
    if (files === undefined) return;
    try {
      this.#offered = await this.#collect(files);
    } catch {
      // The machine is lost, which shows elsewhere; the rest can be shared without files.
    }
    this.#chosen = new Set(this.#offered.slice(0, sharedFilesMax).map(({ path }) => path));
  }

  /** Makes the link anew. What it reads of the draft it reads at once, so an effect follows it. */
  async remake(): Promise<void> {
    const version = ++this.#version;
    const made = this.#setup();
    const fragment = typeof made === 'string' ? undefined : await writeShareFragment(made);
    if (version !== this.#version) return;
    this.#mistake =
      typeof made === 'string' ? made : fragment === undefined ? 'tooLarge' : undefined;
    this.#link = fragment === undefined ? undefined : this.#pageUrl + fragment;
  }

  #setup(): SharedSetup | Mistake {
    const [image, repository] = [this.image.trim(), this.repository.trim()];
    if (image !== '' && !isImage(image)) return 'image';
    if (repository !== '' && parseRepository(repository) === undefined) return 'repository';
    const commands = this.commands
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean);
    if (!commands.every(isCommand)) return 'commands';
    if (this.#chosen.size > sharedFilesMax) return 'tooManyFiles';
    const setup = parseSharedSetup({
      ...(image === '' ? {} : { image }),
      ...(repository === '' ? {} : { repository }),
      files: Object.fromEntries([...this.#chosen].map((path) => [path, this.#texts.get(path)])),
      commands,
      ...(this.withLayout ? { layout: this.#workbench.layout.state } : {}),
    });
    return setup ?? 'commands';
  }

  async #collect(files: HostFiles): Promise<OfferedFile[]> {
    const found: OfferedFile[] = [];
    const look = async (folder: string, depth: number): Promise<void> => {
      const { entries } = await files.list(folder);
      for (const { name, path, type, sizeBytes } of entries) {
        if (found.length >= offeredFilesMax || name.startsWith('.')) continue;
        if (type === 'dir' && depth < depthMax) await look(path, depth + 1);
        if (type !== 'file' || sizeBytes > offeredBytesMax) continue;
        const read = await readText(files, path);
        if ('refusal' in read) continue;
        this.#texts.set(path, read.text);
        found.push({ path, sizeBytes });
      }
    };
    await look(sharedFolder, 1);
    return found;
  }
}
