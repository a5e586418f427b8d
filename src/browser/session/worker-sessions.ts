/**
 * Sessions as the machine's worker handles them: it has the machine, the files it is served and its disk. What the
 * engine's worker knows comes as text, and is none of its business.
 */
import type { SaveSession, SessionInfo } from '../../api/sessions.ts';
import type { CopyableBlockStore } from '../../disk/block-store.ts';
import type { SavedFiles } from '../../guest/ninep/saved-files.ts';
import type { NinepServer } from '../../guest/ninep/server.ts';
import { errorMessage, KindError } from '../../lib/errors.ts';
import type { HostNotes, RestoredSession } from '../../playground/worker-protocol.ts';
import type { V86Machine } from '../../vm/v86-machine.ts';
import type { Stores } from '../stores.ts';
import {
  checkPart,
  describePart,
  readSessionFile,
  sessionFormat,
  sessionMismatch,
  writeSessionFile,
  type SessionFile,
  type SessionHeader,
} from './session-file.ts';
import { parseTerminals } from './saved-terminals.ts';
import { imagesPart, layerPartPrefix } from './session-part-names.ts';
import { packBytes, packDisk, packJson, unpackBytes, unpackJson } from './session-parts.ts';
import { SessionStore } from './session-store.ts';

/** Parts that every session has. */
const machinePart = 'machine';
const notesPart = 'notes';
const diskPart = 'disk';
const terminalsPart = 'terminals';

/** What a machine goes on from. */
export interface OpenedSession {
  readonly state: ArrayBuffer;
  readonly files: SavedFiles;
  readonly disk: Blob;
  readonly memorySizeBytes: number;
}

interface Notes {
  readonly files: SavedFiles;
  /** As the engine's worker gave it. */
  readonly host: string;
}

interface Captured {
  readonly state: ArrayBuffer;
  readonly files: SavedFiles;
  readonly disk: Blob;
  readonly memorySizeBytes: number;
}

/** What sessions of this page are of. */
type Page = Required<Pick<SessionHeader, 'machine' | 'build'>>;

export interface WorkerSessionsOptions {
  readonly name: string;
  /** Stands for what machines of this page are booted from. */
  readonly machine: () => Promise<string>;
  /** Stands for what reads and writes sessions. */
  readonly build: string;
  readonly stores: () => Promise<Stores>;
}

export class WorkerSessions {
  readonly #options: WorkerSessionsOptions;
  readonly #store: SessionStore;
  #captured: Captured | undefined;

  constructor(options: WorkerSessionsOptions) {
    this.#options = options;
    this.#store = new SessionStore(options.name);
  }

  async list(): Promise<SessionInfo[]> {
    const page = await this.#page();
    return (await this.#store.headers()).map((header) => infoOf(header, page));
  }

  rename(id: string, name: string): Promise<void> {
    return this.#store.rename(id, name);
  }

  remove(id: string): Promise<void> {
    return this.#store.delete(id);
  }

  /** Takes what must be of one moment; the machine is paused, and may go on afterwards. */
  async capture(parts: {
    readonly machine: V86Machine;
    readonly ninep: NinepServer;
    readonly disk: CopyableBlockStore | undefined;
    readonly memorySizeBytes: number;
  }): Promise<void> {
    const { memorySizeBytes, disk } = parts;
    const state = await parts.machine.saveState().catch(asMemoryError);
    const packed = await packDisk(disk === undefined ? nothing() : disk.parts());
    this.#captured = { state, files: parts.ninep.save(), disk: packed, memorySizeBytes };
  }

  /** Stores what was captured. Rejects `resourceExhausted` when there is no room. */
  async store({ id, name, terminals = [] }: SaveSession, notes: HostNotes): Promise<SessionInfo> {
    const captured = this.#captured;
    this.#captured = undefined;
    if (captured === undefined) throw new KindError('conflict', 'There is nothing to store');
    const { host, ...lists } = notes;
    const saved: Notes = { files: captured.files, host };
    const parts = new Map([
      [machinePart, await packBytes(captured.state)],
      [notesPart, await packJson(saved)],
      [diskPart, captured.disk],
      [terminalsPart, await packJson(terminals)],
    ]);
    const page = await this.#page();
    const header: SessionHeader = {
      format: sessionFormat,
      id: id ?? crypto.randomUUID(),
      name,
      savedMs: Date.now(),
      ...page,
      memorySizeBytes: captured.memorySizeBytes,
      ...lists,
      parts: await Promise.all(Array.from(parts, ([part, content]) => describePart(part, content))),
    };
    await this.#store.put({ header, parts }).catch(asSaveError);
    return infoOf(header, page);
  }

  /** Reads and checks a session before anything is changed for it. Rejects with why it cannot be restored. */
  async open(id: string): Promise<RestoredSession & { readonly opened: OpenedSession }> {
    try {
      const { header, parts } = await this.#store.get(id);
      await this.#check(header);
      const part = async (name: string): Promise<Blob> => {
        const known = header.parts.find((one) => one.name === name);
        const content = parts.get(name);
        if (known === undefined || content === undefined)
          throw new KindError('dataLoss', `part "${name}" is missing`);
        await checkPart(known, content);
        return content;
      };
      const notes = (await unpackJson(await part(notesPart))) as Notes;
      const opened: OpenedSession = {
        state: await unpackBytes(await part(machinePart)),
        files: notes.files,
        disk: await part(diskPart),
        memorySizeBytes: header.memorySizeBytes,
      };
      const terminals = parseTerminals(await unpackJson(await part(terminalsPart)));
      return { host: notes.host, terminals, opened };
    } catch (error) {
      const message = `Cannot restore the session: ${errorMessage(error)}`;
      throw new KindError('conflict', message, { cause: error });
    }
  }

  async exportFile(id: string): Promise<Blob> {
    const { header, parts } = await this.#store.get(id);
    const images = await (await this.#images()).parts(header);
    const added = await Promise.all(
      Array.from(images, ([name, content]) => describePart(name, content)),
    );
    return writeSessionFile({
      header: { ...header, parts: [...header.parts, ...added] },
      parts: new Map([...parts, ...images]),
    });
  }

  async importFile(file: Blob): Promise<SessionInfo> {
    const { header, parts } = await readSessionFile(file);
    await (await this.#images()).take(parts);
    const isOwn = (name: string): boolean =>
      name !== imagesPart && !name.startsWith(layerPartPrefix);
    const own: SessionFile = {
      header: {
        ...header,
        id: crypto.randomUUID(),
        parts: header.parts.filter(({ name }) => isOwn(name)),
      },
      parts: new Map([...parts].filter(([name]) => isOwn(name))),
    };
    await this.#store.put(own);
    return infoOf(own.header, await this.#page());
  }

  async #check(header: SessionHeader): Promise<void> {
    const mismatch = sessionMismatch(header, await this.#page());
    if (mismatch !== undefined)
      throw new KindError('conflict', 'it was saved by another version of this page');
    const [missing] = await (await this.#images()).missing(header.layers);
    if (missing !== undefined)
      throw new KindError('notFound', `layer ${missing} of one of its images is gone`);
  }

  async #page(): Promise<Page> {
    return { machine: await this.#options.machine(), build: this.#options.build };
  }

  /** Not needed before a session is. */
  async #images(): Promise<import('./session-images.ts').SessionImages> {
    const { SessionImages } = await import('./session-images.ts');
    return new SessionImages(await this.#options.stores());
  }
}

/** Says of a full storage what it was wanted for. */
function asSaveError(error: unknown): never {
  if (!(error instanceof KindError)) throw error;
  const message = `Cannot save the machine: ${error.message}`;
  throw new KindError(error.kind, message, { cause: error });
}

/** The copy is as large as what the machine's programs use. */
function asMemoryError(error: unknown): never {
  if (!(error instanceof RangeError)) throw error;
  const advice = 'stop containers that you do not need, or close other tabs';
  throw new KindError(
    'resourceExhausted',
    `Cannot save the machine: the browser has no memory for a copy of it: ${advice}`,
    { cause: error },
  );
}

function infoOf(header: SessionHeader, page: Page): SessionInfo {
  const { id, name, savedMs, running, parts } = header;
  const mismatch = sessionMismatch(header, page);
  return {
    id,
    name,
    savedMs,
    running,
    sizeBytes: parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    ...(mismatch === undefined ? {} : { mismatch }),
  };
}

async function* nothing(): AsyncGenerator<never, void> {}
