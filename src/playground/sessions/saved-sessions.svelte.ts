/** The dialog of saved sessions: what there is, what goes on, and what went wrong. */
import type { SavedTerminal, SessionInfo } from '../../api/sessions.ts';
import { errorMessage } from '../../lib/errors.ts';
import type { Session } from '../session.svelte.ts';
import { resumeId } from './session-to-resume.ts';

export type SessionsTask = 'saving' | 'exporting' | 'importing';

/** What the browser says of its storage, in bytes. */
export interface StorageFigures {
  readonly usage: number;
  readonly quota: number;
}

export interface SavedSessionsOptions {
  readonly session: Session;
  /** What the terminals show. */
  readonly terminals?: () => readonly SavedTerminal[];
  /** Undefined where the browser does not tell. */
  readonly estimate: () => Promise<StorageFigures | undefined>;
}

/** Below this the next session may not fit. */
const lowBytes = 100_000_000;

export class SavedSessions {
  #list = $state.raw<readonly SessionInfo[]>([]);
  #task = $state<SessionsTask | undefined>();
  #error = $state('');
  #storage = $state.raw<StorageFigures | undefined>();
  /** What was done last, for whoever listens to the page. */
  #done = $state.raw<{ readonly task: SessionsTask; readonly info: SessionInfo } | undefined>();
  readonly #options: SavedSessionsOptions;

  constructor(options: SavedSessionsOptions) {
    this.#options = options;
  }

  get list(): readonly SessionInfo[] {
    return this.#list;
  }
  get task(): SessionsTask | undefined {
    return this.#task;
  }
  get error(): string {
    return this.#error;
  }
  get storage(): StorageFigures | undefined {
    return this.#storage;
  }
  get isStorageLow(): boolean {
    return this.#storage !== undefined && this.#storage.quota - this.#storage.usage < lowBytes;
  }
  get done(): { readonly task: SessionsTask; readonly info: SessionInfo } | undefined {
    return this.#done;
  }
  get isReady(): boolean {
    return this.#options.session.host?.sessions !== undefined;
  }

  isAutomatic({ id }: SessionInfo): boolean {
    return id === resumeId;
  }

  async refresh(): Promise<void> {
    this.#storage = await this.#options.estimate().catch(() => undefined);
    await this.#try(async () => {
      this.#list = (await this.#options.session.host?.sessions?.list()) ?? [];
    });
  }

  async save(name: string): Promise<void> {
    await this.#work('saving', (sessions) =>
      sessions.save({ name, terminals: this.#options.terminals?.() ?? [] }),
    );
  }

  async importFile(file: Blob): Promise<void> {
    await this.#work('importing', (sessions) => sessions.importFile(file));
  }

  /** The file, or undefined when it could not be written. */
  async exportFile(info: SessionInfo): Promise<Blob | undefined> {
    let file: Blob | undefined;
    await this.#work('exporting', async (sessions) => {
      file = await sessions.exportFile(info.id);
      return info;
    });
    return file;
  }

  async rename({ id }: SessionInfo, name: string): Promise<void> {
    await this.#try(async () => this.#options.session.host?.sessions?.rename(id, name));
    await this.refresh();
  }

  async remove({ id }: SessionInfo): Promise<void> {
    await this.#try(async () => this.#options.session.host?.sessions?.remove(id));
    await this.refresh();
  }

  /** The machine there is gives way; whether it comes up shows as with any start. */
  restore({ id }: SessionInfo): void {
    void this.#options.session.start(id);
  }

  async #work(
    task: SessionsTask,
    work: (sessions: NonNullable<NonNullable<Session['host']>['sessions']>) => Promise<SessionInfo>,
  ): Promise<void> {
    const sessions = this.#options.session.host?.sessions;
    if (sessions === undefined || this.#task !== undefined) return;
    this.#task = task;
    this.#done = undefined;
    this.#error = '';
    try {
      this.#done = { task, info: await work(sessions) };
    } catch (error) {
      this.#error = errorMessage(error);
    } finally {
      this.#task = undefined;
    }
    if (this.#error === '') await this.refresh();
  }

  async #try(work: () => Promise<void>): Promise<void> {
    this.#error = '';
    try {
      await work();
    } catch (error) {
      this.#error = errorMessage(error);
    }
  }
}
