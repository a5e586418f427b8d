/** What the routes beside Docker's need of an engine: the machine as it is. */
import type { MachineNetworkResponse } from '../../../api/machine-network.ts';
import type { ProcessesResponse } from '../../../api/processes.ts';

export interface SeeBackend {
  machineProcesses(): Promise<ProcessesResponse>;
  machineNetwork(): Promise<MachineNetworkResponse>;
}
