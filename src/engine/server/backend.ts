/**
 * What the API server needs of an engine, a file for each group of routes. The server declares it and the
 * engine satisfies it, so that routes can be tested against a few lines of fake and say nothing of containers.
 */
import type { BuildBackend } from './backend/build-backend.ts';
import type { ContainerBackend } from './backend/container-backend.ts';
import type { ExecBackend } from './backend/exec-backend.ts';
import type { ImageBackend } from './backend/image-backend.ts';
import type { NetworkBackend } from './backend/network-backend.ts';
import type { RequestBackend } from './backend/request-scope.ts';
import type { SeeBackend } from './backend/see-backend.ts';
import type { SystemBackend } from './backend/system-backend.ts';
import type { VolumeBackend } from './backend/volume-backend.ts';

export interface EngineBackend
  extends
    ContainerBackend,
    ExecBackend,
    ImageBackend,
    BuildBackend,
    VolumeBackend,
    NetworkBackend,
    RequestBackend,
    SeeBackend,
    SystemBackend {}
