/** What the browser says of the storage that this site has. */
import type { StorageFigures } from '../../playground/sessions/saved-sessions.svelte.ts';

/** Undefined where the browser does not tell. */
export async function storageFigures(): Promise<StorageFigures | undefined> {
  if (!('storage' in navigator)) return undefined;
  const { usage, quota } = await navigator.storage.estimate();
  return usage === undefined || quota === undefined ? undefined : { usage, quota };
}
