/** Arrow keys within a group of buttons of which Tab reaches one: what the ARIA patterns for toolbars and tabs ask for. */

/**
 * Moves the focus for an arrow key, Home or End; undefined when the key is another. Both directions' arrows count, as
 * the bar is a column on a wide page and a row on a narrow one.
 */
export function moveFocus(
  event: KeyboardEvent & { currentTarget: HTMLElement },
): HTMLElement | undefined {
  const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>('button')].filter(
    (button) => button.offsetParent !== null,
  );
  const at = buttons.indexOf(event.target as HTMLElement);
  const count = buttons.length;
  const places: Readonly<Record<string, number>> = {
    ArrowRight: (at + 1) % count,
    ArrowDown: (at + 1) % count,
    ArrowLeft: (at - 1 + count) % count,
    ArrowUp: (at - 1 + count) % count,
    Home: 0,
    End: count - 1,
  };
  const place = places[event.key];
  const next = place === undefined ? undefined : buttons[place];
  if (next === undefined || at < 0) return undefined;
  event.preventDefault();
  next.focus();
  return next;
}
