/** `--change` of commit and import: Dockerfile instructions applied to a configuration. */
import type { ContainerConfig } from '../api/container.ts';
import { KindError } from '../lib/errors.ts';
import type { ConfigInstruction } from './instruction.ts';
import { configParsers } from './parse/config-instructions.ts';
import type { InstructionParser } from './parse/instruction-input.ts';
import { readLogicalLines } from './parse/logical-lines.ts';
import { instructionInput } from './parse/parse-instruction.ts';
import { applyConfig } from './step/apply-config.ts';
import { environmentMap } from './step/environment.ts';
import { expandConfig } from './step/expand-config.ts';

/**
 * The configuration that `changes`, read together as one Dockerfile, make of `config`.
 * Rejects `invalidParameter` for an instruction that changes more than the configuration.
 */
export function applyChanges(config: ContainerConfig, changes: readonly string[]): ContainerConfig {
  if (changes.length === 0) return config;
  const { lines, escape } = readLogicalLines(changes.join('\n'));
  const inputs = lines.map((line) => instructionInput(line, escape));
  const unfit = inputs.find(({ keyword }) => changeParser(keyword) === undefined);
  if (unfit !== undefined)
    throw new KindError('invalidParameter', `${unfit.keyword} is not a valid change command`);
  const instructions = inputs.flatMap((input) => changeParser(input.keyword)?.(input) ?? []);
  let result = config;
  let hasCommand = false;
  for (const instruction of instructions) {
    const env = environmentMap(result.Env);
    result = applyConfig(result, expandConfig(instruction, { env, escape }), { hasCommand });
    if (instruction.name === 'CMD') hasCommand = true;
  }
  return result;
}

function changeParser(keyword: string) {
  const parsers: Readonly<Record<string, InstructionParser<ConfigInstruction>>> = configParsers;
  const name = keyword.toLowerCase();
  return Object.hasOwn(parsers, name) ? parsers[name] : undefined;
}
