/** How steps are called in progress: `[build 2/3] RUN make`. */
import { expandText, type ExpandOptions } from '../expand/expand-word.ts';
import type { PlannedInstruction, PlannedStage } from '../plan/build-plan.ts';

export interface StepPosition {
  /** From 1. The base image is step 1, where there is one. */
  readonly index: number;
  readonly total: number;
  readonly isOnBuild?: boolean;
}

/** Nothing is put in front where a stage has no step at all. */
export function stepName(stage: PlannedStage, text: string, position: StepPosition): string {
  const { index, total } = position;
  if (total === 0) return text;
  const width = Math.floor(1 + Math.log10(total));
  const label = stage.label === '' ? '' : `${stage.label} `;
  const onBuild = position.isOnBuild === true ? 'ONBUILD ' : '';
  return `[${label}${String(index).padStart(width)}/${total}] ${onBuild}${text}`;
}

/** How many steps a stage has: its base image, what makes layers, and every trigger of its base. */
export function stepTotal(stage: PlannedStage, triggers: readonly PlannedInstruction[]): number {
  const layers = stage.instructions.filter(({ instruction }) =>
    ['ADD', 'COPY', 'RUN', 'WORKDIR'].includes(instruction.name),
  );
  const hasImage = stage.base.kind !== 'scratch' && stage.base.kind !== 'stage';
  return (hasImage ? 1 : 0) + layers.length + triggers.length;
}

/** An instruction as progress shows it: its keyword in capitals, its variables expanded. */
export function stepText(code: string, options: ExpandOptions): string {
  let text: string;
  try {
    text = expandText(code, options).text;
  } catch {
    text = code;
  }
  const space = text.indexOf(' ');
  if (space < 0) return text.toUpperCase();
  return text.slice(0, space).toUpperCase() + text.slice(space);
}
