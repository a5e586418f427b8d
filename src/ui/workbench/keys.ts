/** Keys that hold for the whole page, the terminal included. */
import type { Workbench } from '../../playground/workbench/workbench.svelte.ts';

/** True when the key was one of ours; nobody else gets it then. */
export function pressPageKey(event: KeyboardEvent, workbench: Workbench): boolean {
  const { terminals, layout } = workbench;
  const action = ((): (() => void) | undefined => {
    // As in VS Code; by place, since Shift makes another character of it.
    if (event.ctrlKey && event.shiftKey && event.code === 'Backquote') {
      return () => workbench.openTerminal();
    }
    if (isPaletteKey(event)) return () => workbench.togglePalette();
    const isPlainAlt = event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey;
    if (isPlainAlt && event.key === 'PageDown') return () => step(1);
    if (isPlainAlt && event.key === 'PageUp') return () => step(-1);
    return undefined;
  })();
  function step(places: number): void {
    layout.bringForward('terminal');
    terminals.step(places);
    terminals.active.terminal.focus();
  }
  if (action === undefined) return false;
  event.preventDefault();
  event.stopPropagation();
  action();
  return true;
}

/** Ctrl-K is the shell's in the terminal, where it cuts to the end of the line; Ctrl-Shift-P and Cmd-K open there too. */
function isPaletteKey(event: KeyboardEvent): boolean {
  if (event.altKey) return false;
  const key = event.key.toLowerCase();
  if (event.ctrlKey && event.shiftKey && key === 'p') return true;
  if (event.shiftKey || key !== 'k') return false;
  if (event.metaKey) return true;
  const { target } = event;
  return event.ctrlKey && !(target instanceof Element && target.closest('.xterm') !== null);
}
