/** Opens a modal dialog, and gives the focus back when it goes. */

/**
 * For Svelte's `@attach`. The browser gives the focus back by itself for Escape only, not when the dialog is taken out of
 * the page.
 */
export function holdFocus(dialog: HTMLDialogElement): () => void {
  const before = document.activeElement;
  dialog.showModal();
  return () => {
    const isLost = document.activeElement === null || document.activeElement === document.body;
    if (isLost && before instanceof HTMLElement) before.focus();
  };
}
