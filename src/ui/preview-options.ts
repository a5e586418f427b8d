/** What previews need of the browser: the site's setting, and a name for this tab. */
import { parsePreviewTemplate } from '../preview/preview-origin.ts';
import type { PreviewOptions } from '../playground/preview.svelte.ts';
import { hexOf } from '../lib/hex.ts';

const storageKey = 'bottleship-preview';
const namePattern = /^[0-9a-f]{16}$/;

export function browserPreviewOptions(baseUrl: string): PreviewOptions {
  return { loadTemplate: () => loadTemplate(baseUrl), sessionName };
}

/** `{"template": …}` beside the page; null or absent where no origin for previews is set up. */
async function loadTemplate(baseUrl: string): Promise<string | undefined> {
  try {
    const response = await fetch(new URL('preview.json', baseUrl), { cache: 'no-store' });
    const { template } = (await response.json()) as { readonly template?: unknown };
    return typeof template === 'string' ? parsePreviewTemplate(template) : undefined;
  } catch {
    return undefined;
  }
}

/** Survives a reload, with what previewed pages stored; a tab that was duplicated gets another. */
async function sessionName(): Promise<string> {
  const kept = readStored();
  const name = kept !== undefined && (await claim(kept)) ? kept : newName();
  if (name !== kept) await claim(name);
  try {
    sessionStorage.setItem(storageKey, name);
  } catch {
    // Forbidden here: the name lasts as long as the page.
  }
  return name;
}

function readStored(): string | undefined {
  try {
    const kept = sessionStorage.getItem(storageKey) ?? '';
    return namePattern.test(kept) ? kept : undefined;
  } catch {
    return undefined;
  }
}

function newName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return hexOf(bytes);
}

/** Held until the page ends. False when another tab holds it. */
function claim(name: string): Promise<boolean> {
  const locks = navigator.locks as LockManager | undefined;
  if (locks === undefined) return Promise.resolve(true);
  return new Promise((resolve) => {
    locks
      .request(`${storageKey}-${name}`, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        return lock === null ? undefined : new Promise(() => undefined);
      })
      .catch(() => resolve(true));
  });
}
