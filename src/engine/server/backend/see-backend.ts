/** What the routes beside Docker's need of an engine: the machine as it is. */
import type { ProcessesResponse } from '../../../api/processes.ts';

export interface SeeBackend {
  machineProcesses(): Promise<ProcessesResponse>;
}
