/** Small choices that outlive the tab, as JSON. Where the browser forbids storage they last as long as the page. */

/** The part of `localStorage` that is used. */
export interface KeptStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/** What was kept under a key; undefined when there is nothing, nothing legible, or no storage. Whoever reads it checks its shape. */
export function readKept(storage: KeptStorage | undefined, key: string): unknown {
  try {
    return JSON.parse(storage?.getItem(key) ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
}

/** Keeps a value, or does nothing where that is forbidden or the storage is full. */
export function writeKept(storage: KeptStorage | undefined, key: string, value: unknown): void {
  try {
    storage?.setItem(key, JSON.stringify(value));
  } catch {
    // The choice holds for this page; there is nobody whom a message would help.
  }
}
