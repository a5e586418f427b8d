/** `GET /version`. */
import { apiVersion, apiVersionMin, type SystemVersion } from '../api/system.ts';

/** The Docker Engine whose behaviour this one follows; the suffix says whose it is. */
export const engineVersion = '28.3.0+bottleship';
export const kernelVersion = '6.12';

export async function systemVersion(): Promise<SystemVersion> {
  const details = {
    ApiVersion: apiVersion,
    MinAPIVersion: apiVersionMin,
    Os: 'linux',
    Arch: '386',
    KernelVersion: kernelVersion,
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
