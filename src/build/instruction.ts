/** Dockerfile instructions that only change an image's configuration: what `--change` takes. */
import type { HealthConfig } from '../api/container.ts';

export interface KeyValue {
  readonly key: string;
  readonly value: string;
}

/** Shell form is one string for a shell to run, exec form the arguments themselves. */
export type CommandLine =
  | { readonly form: 'shell'; readonly text: string }
  | { readonly form: 'exec'; readonly args: readonly string[] };

export type Instruction =
  | { readonly name: 'ENV' | 'LABEL'; readonly pairs: readonly KeyValue[] }
  | { readonly name: 'CMD' | 'ENTRYPOINT'; readonly command: CommandLine }
  | { readonly name: 'EXPOSE'; readonly ports: readonly string[] }
  | { readonly name: 'VOLUME'; readonly paths: readonly string[] }
  | { readonly name: 'USER' | 'WORKDIR' | 'STOPSIGNAL'; readonly text: string }
  | { readonly name: 'ONBUILD'; readonly trigger: string }
  | { readonly name: 'HEALTHCHECK'; readonly health: HealthConfig };
