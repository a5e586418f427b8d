/** `GET /version`. */
import type { Daemon } from './daemon.ts';
import { machineFacts } from './machine-facts.ts';
import { apiVersion, apiVersionMin, type SystemVersion } from '../api/system.ts';

/** The Docker Engine whose behaviour this one follows; the suffix says whose it is. */
export const engineVersion = '28.3.0+bottleship';

export async function systemVersion(daemon: Daemon): Promise<SystemVersion> {
  const details = {
    ApiVersion: apiVersion,
    MinAPIVersion: apiVersionMin,
    Os: 'linux',
    Arch: '386',
    KernelVersion: (await machineFacts(daemon)).kernelVersion,
    BuildTime: '',
    GitCommit: '',
    GoVersion: '',
  };
  return {
    Platform: { Name: 'Bottleship' },
    Components: [
      {
        Name: 'Engine',
        Version: engineVersion,
        Details: { ...details, Experimental: 'false' },
      },
    ],
    Version: engineVersion,
    ...details,
  };
}
