/** Namespaces, the process tree and cgroups, as the engine tells them after each of its events. */
import type { ProcessesResponse } from '../../../api/processes.ts';
import { machineProcesses } from '../../../client/see.ts';
import type { Disposable } from '../../../lib/disposable.ts';
import { LiveValue } from '../live-value.svelte.ts';
import type { ViewServices } from '../view-services.ts';
import { namespaceTable, type NamespaceTable } from './namespace-table.ts';
import { processTree, type ProcessRow } from './process-tree.ts';

export class ProcessesView implements Disposable {
  readonly reading: LiveValue<ProcessesResponse>;
  /** Whether threads of the kernel's are shown, which nobody started. */
  kernelThreads = $state(false);
  #containerId = $state('');
  readonly #namespaces = $derived.by(() =>
    this.reading.value === undefined ? undefined : namespaceTable(this.reading.value),
  );
  readonly #tree = $derived.by(() => this.#makeTree());

  constructor(services: ViewServices) {
    this.reading = new LiveValue(services, {
      ask: (client) => machineProcesses(client),
      isChangedBy: ({ Type }) => Type === 'container',
    });
  }

  get namespaces(): NamespaceTable | undefined {
    return this.#namespaces;
  }
  get tree(): readonly ProcessRow[] {
    return this.#tree;
  }
  /** The container whose side the tree is seen from; empty for the machine's. One that ended gives way to the machine. */
  get containerId(): string {
    const groups = this.reading.value?.controlGroups ?? [];
    const isThere = groups.some(({ containerId }) => containerId === this.#containerId);
    return isThere ? this.#containerId : '';
  }
  set containerId(id: string) {
    this.#containerId = id;
  }

  dispose(): void {
    this.reading.dispose();
  }

  #makeTree(): ProcessRow[] {
    const { value } = this.reading;
    if (value === undefined) return [];
    const { containerId, kernelThreads } = this;
    return processTree(value, containerId === '' ? { kernelThreads } : { containerId });
  }
}
