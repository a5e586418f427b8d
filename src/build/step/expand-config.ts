/** Variables of instructions that change the configuration: which of their words expand, and which do not. */
import { expandText, type ExpandOptions } from '../expand/expand-word.ts';
import type { ConfigInstruction } from '../instruction.ts';

export interface ExpandConfigOptions extends Pick<ExpandOptions, 'env' | 'escape'> {
  /** Is told the names that are not set. */
  readonly report?: (names: ReadonlySet<string>) => void;
}

/** CMD, ENTRYPOINT, HEALTHCHECK and ONBUILD stay as they are: their variables are a shell's, or a later build's. */
export function expandConfig(
  instruction: ConfigInstruction,
  options: ExpandConfigOptions,
): ConfigInstruction {
  const word = (text: string) => {
    const expansion = expandText(text, options);
    options.report?.(expansion.unmatched);
    return expansion.text;
  };
  switch (instruction.name) {
    case 'ENV':
    case 'LABEL': {
      if (instruction.isLiteral === true) return instruction;
      const pairs = instruction.pairs.map((pair) => ({
        ...pair,
        key: word(pair.key),
        value: word(pair.value),
      }));
      return { ...instruction, pairs };
    }
    case 'EXPOSE': {
      const ports = instruction.ports.flatMap((port) => expandText(port, options).words);
      return { ...instruction, ports };
    }
    case 'VOLUME':
      return { ...instruction, paths: instruction.paths.map(word) };
    case 'USER':
    case 'WORKDIR':
    case 'STOPSIGNAL':
      return { ...instruction, text: word(instruction.text) };
    default:
      return instruction;
  }
}
