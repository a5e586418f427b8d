/** `--change` of commit and import: Dockerfile instructions applied to a configuration. */
import type { ContainerConfig } from '../api/container.ts';
import { KindError } from '../lib/errors.ts';
import { parseDockerfileLines } from './dockerfile-lines.ts';
import { expandWord, expandWords } from './expand-word.ts';
import type { CommandLine, ConfigInstruction } from './instruction.ts';
import { isConfigInstruction, parseInstruction } from './parse-instruction.ts';
import { exposedPorts } from './port-spec.ts';

/** The shell of CMD and ENTRYPOINT in shell form, unless the image has its own. */
const defaultShell = ['/bin/sh', '-c'];

/**
 * The configuration that `changes`, read together as one Dockerfile, make of `config`.
 * Rejects `invalidParameter` for an instruction that changes more than the configuration.
 */
export function applyChanges(config: ContainerConfig, changes: readonly string[]): ContainerConfig {
  if (changes.length === 0) return config;
  const { lines, escape } = parseDockerfileLines(changes.join('\n'));
  const unfit = lines.find(({ command }) => !isConfigInstruction(command));
  if (unfit !== undefined)
    throw new KindError('invalidParameter', `${unfit.command} is not a valid change command`);
  const instructions = lines.map((line) => parseInstruction(line, escape));
  let result = config;
  let hasCommand = false;
  for (const instruction of instructions) {
    result = applyInstruction(result, instruction, { escape, hasCommand });
    if (instruction.name === 'CMD') hasCommand = true;
  }
  return result;
}

interface ApplyOptions {
  readonly escape: string;
  /** A CMD came before: an ENTRYPOINT then keeps it. */
  readonly hasCommand: boolean;
}

/** One step; pure. */
export function applyInstruction(
  config: ContainerConfig,
  instruction: ConfigInstruction,
  options: ApplyOptions,
): ContainerConfig {
  const expansion = { env: envMap(config.Env ?? []), escape: options.escape };
  const expand = (text: string) => expandWord(text, expansion);
  switch (instruction.name) {
    case 'ENV':
      return {
        ...config,
        Env: setEnv(
          config.Env ?? [],
          instruction.pairs.map((pair) => `${expand(pair.key)}=${expand(pair.value)}`),
        ),
      };
    case 'LABEL':
      return {
        ...config,
        Labels: {
          ...config.Labels,
          ...Object.fromEntries(
            instruction.pairs.map((pair) => [expand(pair.key), expand(pair.value)]),
          ),
        },
      };
    case 'CMD':
      return { ...config, Cmd: resolveCommand(config, instruction.command) };
    case 'ENTRYPOINT':
      return {
        ...config,
        Entrypoint: resolveCommand(config, instruction.command),
        ...(options.hasCommand ? {} : { Cmd: null }),
      };
    case 'EXPOSE': {
      const specifications = instruction.ports.flatMap((port) => expandWords(port, expansion));
      return {
        ...config,
        ExposedPorts: addToSet(config.ExposedPorts, specifications.flatMap(exposedPorts)),
      };
    }
    case 'VOLUME':
      return { ...config, Volumes: addToSet(config.Volumes, instruction.paths.map(expand)) };
    case 'USER':
      return { ...config, User: expand(instruction.text) };
    case 'WORKDIR':
      return {
        ...config,
        WorkingDir: joinDirectory(config.WorkingDir ?? '', expand(instruction.text)),
      };
    case 'STOPSIGNAL':
      return { ...config, StopSignal: expand(instruction.text) };
    case 'ONBUILD':
      return { ...config, OnBuild: [...(config.OnBuild ?? []), instruction.trigger] };
    case 'HEALTHCHECK':
      return { ...config, Healthcheck: instruction.health };
  }
}

function resolveCommand(config: ContainerConfig, command: CommandLine): string[] | null {
  if (command.form === 'exec') return [...command.args];
  if (command.text === '') return null;
  const shell = (config.Shell ?? []).length > 0 ? (config.Shell ?? []) : defaultShell;
  return [...shell, command.text];
}

function envMap(env: readonly string[]): Map<string, string> {
  return new Map(
    env.map((variable) => {
      const equals = variable.indexOf('=');
      return equals < 0 ? [variable, ''] : [variable.slice(0, equals), variable.slice(equals + 1)];
    }),
  );
}

/** A variable that is there changes in place. */
function setEnv(env: readonly string[], variables: readonly string[]): string[] {
  const nameOf = (variable: string) => variable.split('=')[0];
  const result = [...env];
  for (const variable of variables) {
    const index = result.findIndex((existing) => nameOf(existing) === nameOf(variable));
    if (index < 0) result.push(variable);
    else result[index] = variable;
  }
  return result;
}

function addToSet(
  set: Readonly<Record<string, Readonly<Record<string, never>>>> | null | undefined,
  names: readonly string[],
): Record<string, Record<string, never>> {
  return { ...set, ...Object.fromEntries(names.map((name) => [name, {}])) };
}

/** A relative directory is below the one before; the result is absolute, without dots. */
function joinDirectory(current: string, requested: string): string {
  if (requested === '') throw new KindError('invalidParameter', 'cannot normalize nothing');
  const parts: string[] = [];
  const whole = requested.startsWith('/') ? requested : `${current}/${requested}`;
  for (const part of whole.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
