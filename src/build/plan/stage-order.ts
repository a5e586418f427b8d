/** Which stages are built, and in which order. */
import type { Dockerfile } from '../instruction.ts';
import { SourceError, type SourceRange } from '../source.ts';
import type { PlannedStage } from './build-plan.ts';

/** What `target` needs, itself last; all stages where undefined. Each comes after those it depends on. */
export function stageOrder(stages: readonly PlannedStage[], target: number | undefined): number[] {
  const order = new Set<number>();
  const visit = (index: number) => {
    if (order.has(index)) return;
    for (const needed of stages[index]?.dependsOn ?? []) visit(needed);
    order.add(index);
  };
  if (target !== undefined) visit(target);
  else for (const { index } of stages) visit(index);
  return [...order];
}

/** Rejects with a `SourceError` that shows the instructions of the circle. */
export function refuseCircles(stages: readonly PlannedStage[], { source }: Dockerfile): void {
  const visited = new Set<number>();
  const path = new Set<number>();
  const visit = (stage: PlannedStage, ranges: readonly SourceRange[]): void => {
    if (visited.has(stage.index)) return;
    visited.add(stage.index);
    path.add(stage.index);
    for (const { instruction, from, mountsFrom } of stage.instructions) {
      for (const reference of [from, ...mountsFrom]) {
        if (reference?.kind !== 'stage') continue;
        const next = [...ranges, instruction.range];
        if (path.has(reference.index)) {
          const name = stage.stage.stageName || `stage-${stage.index}`;
          const message = `circular dependency detected on stage: ${name}`;
          throw new SourceError(message, { ranges: next, source });
        }
        const needed = stages[reference.index];
        if (needed !== undefined) visit(needed, next);
      }
    }
    path.delete(stage.index);
  };
  for (const stage of stages) visit(stage, []);
}
