/**
 * Which panes the page shows and how large they are. The terminals are always there; a guide (the introduction, or a
 * lesson) stands at their left, a view between both, a preview at their right. A narrow page has no room for all:
 * `companion` is the one of view and preview that was asked for last, and `front` the only pane on a phone.
 */
import { viewIds } from '../views/view-services.ts';
import type { ViewId } from '../views/view-services.ts';
import { readKept, writeKept } from '../kept.ts';
import type { KeptStorage } from '../kept.ts';

export type GuideId = 'start' | 'lesson';
export type SideViewId = Exclude<ViewId, 'lesson'>;
/** What the bar offers: the introduction, and the views. */
export type BarId = 'start' | ViewId;
export type Area = 'terminal' | 'guide' | 'view' | 'preview';
/** Panes with a size of their own: percent of the width, and of the height for a view above the terminals. */
export type SizedPane = 'guide' | 'view' | 'viewHeight' | 'preview';

/** Percent. */
export const paneSizes: Readonly<Record<SizedPane, { min: number; max: number; usual: number }>> = {
  guide: { min: 12, max: 55, usual: 20 },
  view: { min: 20, max: 75, usual: 44 },
  viewHeight: { min: 15, max: 85, usual: 50 },
  preview: { min: 20, max: 65, usual: 36 },
};

const storageKey = 'bottleship.layout';

export class Layout {
  #guide = $state<GuideId | undefined>('start');
  #view = $state<SideViewId | undefined>();
  #last: BarId = 'start';
  #sizes = $state<Record<SizedPane, number>>(usualSizes());
  #front = $state<Area>('terminal');
  #companion = $state<'view' | 'preview'>('view');
  readonly #storage: KeptStorage | undefined;

  constructor(storage?: KeptStorage) {
    this.#storage = storage;
    this.#restore(readKept(storage, storageKey));
  }

  get guide(): GuideId | undefined {
    return this.#guide;
  }
  get view(): SideViewId | undefined {
    return this.#view;
  }
  get front(): Area {
    return this.#front;
  }
  get companion(): 'view' | 'preview' {
    return this.#companion;
  }

  /** What is remembered, and what a share link carries: for `take`. */
  get state(): unknown {
    return {
      guide: this.#guide ?? null,
      view: this.#view ?? null,
      sizes: $state.snapshot(this.#sizes),
    };
  }

  /** Shows what another page's `state` says, as far as it says anything. */
  take(state: unknown): void {
    this.#restore(state);
    this.#keep();
  }

  isOpen(id: BarId): boolean {
    return this.#guide === id || (this.#view === id && this.#companion === 'view');
  }

  sizeOf(pane: SizedPane): number {
    return this.#sizes[pane];
  }

  /** Opens a pane of the bar and brings it to the front. The introduction makes room for a view. */
  show(id: BarId): void {
    if (id === 'start' || id === 'lesson') {
      this.#guide = id;
      if (id === 'start') this.#view = undefined;
      this.#front = 'guide';
    } else {
      if (this.#guide === 'start') this.#guide = undefined;
      this.#view = id;
      this.#companion = 'view';
      this.#front = 'view';
    }
    this.#last = id;
    this.#keep();
  }

  close(id: BarId): void {
    if (this.#guide === id) this.#guide = undefined;
    if (this.#view === id) this.#view = undefined;
    this.#front = 'terminal';
    this.#keep();
  }

  /** As a button of the bar does: what is open is folded away. */
  toggle(id: BarId): void {
    if (this.isOpen(id)) this.close(id);
    else this.show(id);
  }

  /** Folds away what stands beside the terminals, or shows again what was last. */
  toggleSide(): void {
    const open = this.#view ?? this.#guide;
    if (open === undefined) this.show(this.#last);
    else this.close(open);
  }

  /** What stands beside a lesson; whoever reads it on a phone goes on reading. */
  beside(view: SideViewId | undefined): void {
    this.#view = view;
    this.#companion = 'view';
    this.#keep();
  }

  bringForward(area: Area): void {
    this.#front = area;
    if (area === 'preview' || area === 'view') this.#companion = area;
  }

  previewClosed(): void {
    this.#companion = 'view';
    if (this.#front === 'preview') this.#front = 'terminal';
  }

  resize(pane: SizedPane, percent: number): void {
    const { min, max } = paneSizes[pane];
    this.#sizes[pane] = Math.round(Math.min(max, Math.max(min, percent)) * 10) / 10;
    this.#keep();
  }

  #keep(): void {
    writeKept(this.#storage, storageKey, this.state);
  }

  #restore(kept: unknown): void {
    if (typeof kept !== 'object' || kept === null) return;
    const { guide, view, sizes } = kept as Record<string, unknown>;
    this.#guide = guide === 'start' || guide === 'lesson' ? guide : undefined;
    this.#view = viewIds.filter((id) => id !== 'lesson').find((id) => id === view);
    this.#last = this.#view ?? this.#guide ?? 'start';
    if (typeof sizes !== 'object' || sizes === null) return;
    for (const pane of Object.keys(paneSizes) as SizedPane[]) {
      const { min, max } = paneSizes[pane];
      const percent = (sizes as Record<string, unknown>)[pane];
      if (typeof percent === 'number' && percent >= min && percent <= max) {
        this.#sizes[pane] = percent;
      }
    }
  }
}

function usualSizes(): Record<SizedPane, number> {
  const { guide, view, viewHeight, preview } = paneSizes;
  return {
    guide: guide.usual,
    view: view.usual,
    viewHeight: viewHeight.usual,
    preview: preview.usual,
  };
}
