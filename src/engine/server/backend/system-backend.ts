/** What the system routes need of an engine. */
import type { AuthConfig, AuthResponse } from '../../../api/registry.ts';
import type { EventMessage, SystemInfo, SystemVersion } from '../../../api/system.ts';
import type { SystemDiskUsage } from '../../../api/disk-usage.ts';
import type { Filters } from './filters.ts';

export const diskUsageTypes = ['container', 'image', 'volume', 'build-cache'] as const;
export type DiskUsageType = (typeof diskUsageTypes)[number];

export interface SystemBackend {
  systemDf(types: ReadonlySet<DiskUsageType>): Promise<SystemDiskUsage>;
  systemInfo(): Promise<SystemInfo>;
  systemVersion(): Promise<SystemVersion>;
  systemAuth(config: AuthConfig, signal?: AbortSignal): Promise<AuthResponse>;
  systemEvents(options: {
    readonly sinceMs?: number;
    readonly untilMs?: number;
    readonly filters?: Filters;
    readonly signal?: AbortSignal;
  }): ReadableStream<EventMessage>;
}
