/** The host's side of a saved machine, and how a running host is brought to tell it. */
import type { SavedEngine } from '../engine/state/saved-engine.ts';
import type { SavedFiles } from '../guest/ninep/saved-files.ts';
import type { SavedGuest } from '../guest/saved-guest.ts';
import type { Disposable } from '../lib/disposable.ts';

export interface SavedHost {
  readonly guest: SavedGuest;
  readonly engine: SavedEngine;
}

/** A whole machine at one moment, but for its disk. */
export interface SavedMachine {
  /** Processor, memory and devices, as `V86Machine.saveState()` gave them. */
  readonly state: ArrayBuffer;
  /** What it held open of the files it is served. */
  readonly files: SavedFiles;
  readonly host: SavedHost;
}

/** A host that stands still until it is disposed of. */
export interface HeldHost extends Disposable {
  /**
   * Tells everything, as plain data for JSON. The machine must have been paused since the host is held, and must not be
   * touched before the disposal, except to save its state.
   */
  save(): SavedHost;
}
