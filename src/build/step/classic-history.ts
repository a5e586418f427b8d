/** An image's history as the classic builder writes it: `/bin/sh -c #(nop)  CMD ["sh"]`. */
import type { ContainerConfig } from '../../api/container.ts';
import type { ConfigInstruction } from '../instruction.ts';
import { shellOf } from './apply-config.ts';
import type { BuildStep } from './build-step.ts';
import { configHistory } from './history.ts';
import { isProxyArgument } from './run-step.ts';

/** `instruction` is expanded, `after` the configuration it left. */
export function classicComment(instruction: ConfigInstruction, after: ContainerConfig): string {
  if (instruction.name === 'ONBUILD') return `ONBUILD ${instruction.trigger}`;
  if (instruction.name === 'EXPOSE') return `EXPOSE ${instruction.ports.join(' ')}`;
  return configHistory(instruction, after) ?? '';
}

export interface ClassicHistoryOptions {
  /** The configuration before the step: its shell stands in front. */
  readonly config: ContainerConfig;
  /** COPY and ADD: `file:<hash>`, `dir:<hash>` or `multi:<hash>` of what is copied. */
  readonly sourceHash?: string;
}

/** The entry's `created_by`; the last words of COPY's end in a space. */
export function classicHistory(
  step: BuildStep,
  { config, sourceHash = '' }: ClassicHistoryOptions,
): string {
  const shell = shellOf(config).join(' ');
  switch (step.kind) {
    case 'run': {
      const args = step.buildArgs.filter((arg) => !isProxyArgument(arg));
      const prefix = args.length === 0 ? [] : [`|${args.length}`, ...args];
      return [...prefix, ...step.args].join(' ');
    }
    case 'copy':
      return `${shell} #(nop) ${step.name} ${sourceHash} in ${step.destination} `;
    default:
      return `${shell} #(nop)  ${step.classicComment}`;
  }
}
