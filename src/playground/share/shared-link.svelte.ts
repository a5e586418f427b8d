/** A share link that was opened: what it would do, and nothing of it before the visitor agrees. */
import { errorMessage } from '../../lib/errors.ts';
import type { ContainerHost } from '../container-host.ts';
import type { Session } from '../session.svelte.ts';
import type { Workbench } from '../workbench/workbench.svelte.ts';
import { readShareFragment } from './share-link.ts';
import type { LinkRefusal } from './share-link.ts';
import { commandLinesOf } from './shared-setup.ts';
import type { SharedSetup } from './shared-setup.ts';

export type LinkState =
  | { readonly phase: 'none' }
  | { readonly phase: 'refused'; readonly refusal: LinkRefusal }
  | { readonly phase: 'offered' | 'working'; readonly setup: SharedSetup }
  | { readonly phase: 'failed'; readonly cause: string };

export class SharedLink {
  #state = $state.raw<LinkState>({ phase: 'none' });
  readonly #workbench: Workbench;

  constructor(workbench: Workbench) {
    this.#workbench = workbench;
  }

  get state(): LinkState {
    return this.#state;
  }

  /** `fragment`: of the page's address, and that of a share link. */
  async read(fragment: string): Promise<void> {
    const link = await readShareFragment(fragment);
    this.#state =
      'setup' in link
        ? { phase: 'offered', setup: link.setup }
        : { phase: 'refused', refusal: link.refusal };
  }

  /** Does what the link says: panes, then files as soon as there is a machine, then commands in the terminal in front. */
  async agree(): Promise<void> {
    if (this.#state.phase !== 'offered') return;
    const { setup } = this.#state;
    const working: LinkState = { phase: 'working', setup };
    this.#state = working;
    const { layout, session, terminals } = this.#workbench;
    if (setup.layout !== undefined) layout.take(setup.layout);
    try {
      const { files } = await readyHost(session);
      // Whoever waited may have thought better of it.
      if (this.#state !== working) return;
      for (const [path, text] of Object.entries(setup.files))
        await files.write(path, new TextEncoder().encode(text));
      for (const line of commandLinesOf(setup)) terminals.active.terminal.run(line);
      this.#state = { phase: 'none' };
    } catch (error) {
      this.#state = { phase: 'failed', cause: errorMessage(error) };
    }
  }

  /** Does nothing of it. */
  dismiss(): void {
    this.#state = { phase: 'none' };
  }
}

function readyHost(session: Session): Promise<ContainerHost> {
  return new Promise((resolve) => {
    const waiting = session.onReady((host) => {
      resolve(host);
      queueMicrotask(() => waiting.dispose());
    });
  });
}
