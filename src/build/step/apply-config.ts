/** What instructions that change the configuration alone make of it. */
import type { ContainerConfig } from '../../api/container.ts';
import { KindError } from '../../lib/errors.ts';
import { parseSignal } from '../../lib/signals.ts';
import type { CommandLine, ConfigInstruction, KeyValue } from '../instruction.ts';
import { setVariables } from './environment.ts';
import { exposedPorts } from './port-spec.ts';

/** The shell of the shell form, unless the image has its own. */
const defaultShell = ['/bin/sh', '-c'];

export interface ApplyOptions {
  /** A CMD came before in the same stage: an ENTRYPOINT then keeps it. */
  readonly hasCommand: boolean;
}

/** The configuration after one instruction, whose variables are expanded. Rejects `invalidParameter`. */
export function applyConfig(
  config: ContainerConfig,
  instruction: ConfigInstruction,
  options: ApplyOptions,
): ContainerConfig {
  switch (instruction.name) {
    case 'ENV':
      return { ...config, Env: setVariables(config.Env ?? [], pairTexts(instruction)) };
    case 'LABEL': {
      const labels = instruction.pairs.map(({ key, value }) => [key, value] as const);
      return { ...config, Labels: { ...config.Labels, ...Object.fromEntries(labels) } };
    }
    case 'CMD':
      return { ...config, Cmd: resolveCommand(config, instruction.command) };
    case 'ENTRYPOINT':
      return {
        ...config,
        Entrypoint: resolveCommand(config, instruction.command),
        ...(options.hasCommand ? {} : { Cmd: null }),
      };
    case 'EXPOSE': {
      const ports = instruction.ports.flatMap(exposedPorts);
      return { ...config, ExposedPorts: addToSet(config.ExposedPorts, ports) };
    }
    case 'VOLUME':
      return { ...config, Volumes: addToSet(config.Volumes, instruction.paths) };
    case 'USER':
      return { ...config, User: instruction.text };
    case 'WORKDIR':
      return {
        ...config,
        WorkingDir: joinDirectory(config.WorkingDir ?? '', instruction.text),
      };
    case 'STOPSIGNAL':
      parseSignal(instruction.text);
      return { ...config, StopSignal: instruction.text };
    case 'ONBUILD':
      return { ...config, OnBuild: [...(config.OnBuild ?? []), instruction.trigger] };
    case 'HEALTHCHECK':
      return { ...config, Healthcheck: instruction.health };
  }
}

/** `NAME=value` of each pair. */
export function pairTexts({ pairs }: { readonly pairs: readonly KeyValue[] }): string[] {
  return pairs.map(({ key, value }) => `${key}=${value}`);
}

export function resolveCommand(config: ContainerConfig, command: CommandLine): string[] | null {
  if (command.form === 'exec') return [...command.args];
  if (command.text === '') return null;
  return [...shellOf(config), command.text];
}

/** What runs a command in shell form. */
export function shellOf({ Shell }: ContainerConfig): readonly string[] {
  return Shell === undefined || Shell === null || Shell.length === 0 ? defaultShell : Shell;
}

function addToSet(
  set: Readonly<Record<string, Readonly<Record<string, never>>>> | null | undefined,
  names: readonly string[],
): Record<string, Record<string, never>> {
  return { ...set, ...Object.fromEntries(names.map((name) => [name, {}])) };
}

/** A relative directory is below the one before; the result is absolute, without dots. */
export function joinDirectory(current: string, requested: string): string {
  if (requested === '') throw new KindError('invalidParameter', 'cannot normalize nothing');
  const parts: string[] = [];
  const whole = requested.startsWith('/') ? requested : `${current}/${requested}`;
  for (const part of whole.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
