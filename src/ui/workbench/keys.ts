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
