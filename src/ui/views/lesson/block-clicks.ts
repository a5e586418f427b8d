/** The buttons of a text's code blocks, heard in one place because the text is not made of components. */
export interface BlockClick {
  readonly action: string;
  readonly index: number;
}

/** For Svelte's `@attach`. */
export function attachBlocks(
  listener: (click: BlockClick) => void,
): (element: HTMLElement) => () => void {
  return (element) => {
    const hear = ({ target }: MouseEvent): void => {
      const button =
        target instanceof Element ? target.closest<HTMLElement>('[data-action]') : null;
      const block = button?.closest<HTMLElement>('[data-block]');
      if (button === null || !block) return;
      listener({ action: button.dataset['action'] ?? '', index: Number(block.dataset['block']) });
    };
    element.addEventListener('click', hear);
    return () => element.removeEventListener('click', hear);
  };
}
