/** `--label` as the classic builder has it: each an instruction behind the target's own. */
import type { PlannedInstruction, PlannedStage } from '../../build/plan/build-plan.ts';
import type { ImageBuildOptions } from '../server/backend/build-backend.ts';
import type { BuildSession } from './build-session.ts';

/** In the order of their names; none in BuildKit's look, which writes them into the configuration alone. */
export function classicLabels({ version, labels }: ImageBuildOptions): [string, string][] {
  if (version !== 1) return [];
  return Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
}

export function labelInstructions(
  { plan, options }: BuildSession,
  { index, stage }: PlannedStage,
): PlannedInstruction[] {
  if (index !== plan.target) return [];
  return classicLabels(options).map(([key, value]) => ({
    instruction: {
      name: 'LABEL',
      pairs: [{ key, value }],
      isLiteral: true,
      keyword: 'LABEL',
      code: `LABEL ${key}=${value}`,
      range: stage.range,
      comments: [],
    },
    from: { kind: 'context' },
    mountsFrom: [],
    isOnBuild: false,
  }));
}
