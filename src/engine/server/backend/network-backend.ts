/** What the network routes need of an engine. */
import type {
  EndpointSettings,
  NetworkCreateRequest,
  NetworkCreateResponse,
  NetworkInspect,
  NetworksPruneResponse,
} from '../../../api/network.ts';
import type { Filters } from './filters.ts';

export interface NetworkBackend {
  networkList(filters: Filters): Promise<NetworkInspect[]>;
  networkInspect(name: string, options: { readonly scope: string }): Promise<NetworkInspect>;
  networkCreate(request: Partial<NetworkCreateRequest>): Promise<NetworkCreateResponse>;
  networkRemove(name: string): Promise<void>;
  networkConnect(
    name: string,
    options: { readonly container: string; readonly endpoint: EndpointSettings },
  ): Promise<void>;
  networkDisconnect(
    name: string,
    options: { readonly container: string; readonly force: boolean },
  ): Promise<void>;
  networksPrune(filters: Filters): Promise<NetworksPruneResponse>;
}
