/** What the network routes need of an engine. */
import type { NetworkInspect } from '../../../api/network.ts';
import type { Filters } from './filters.ts';

export interface NetworkBackend {
  networkList(filters: Filters): Promise<NetworkInspect[]>;
  networkInspect(name: string): Promise<NetworkInspect>;
  /** Rejects always so far: the three that exist are predefined. */
  networkRemove(name: string): Promise<void>;
}
