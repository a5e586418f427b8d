/** What the routes under `/volumes` need of an engine. */
import type {
  Volume,
  VolumeCreateRequest,
  VolumeListResponse,
  VolumesPruneResponse,
} from '../../../api/volume.ts';
import type { Filters } from './filters.ts';

export interface VolumeBackend {
  volumeCreate(request: VolumeCreateRequest): Promise<Volume>;
  volumeList(filters: Filters): Promise<VolumeListResponse>;
  volumeInspect(name: string): Promise<Volume>;
  volumeRemove(name: string, options: { readonly force: boolean }): Promise<void>;
  volumesPrune(filters: Filters): Promise<VolumesPruneResponse>;
}
