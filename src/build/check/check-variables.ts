/** Variables that are used before they are defined. */
import { nearest } from '../../lib/suggest.ts';
import type { StepContext } from '../step/step-context.ts';

/** Arguments of the builder's own, which are never in the environment. */
const builderArgs = ['BUILDKIT_SBOM_SCAN_CONTEXT', 'BUILDKIT_SBOM_SCAN_STAGE'];

/** An ARG without a value counts as defined. */
export function reportUndefined(names: ReadonlySet<string>, context: StepContext): void {
  const { findings, state, planned } = context;
  if (findings === undefined) return;
  for (const name of names) {
    if (state.args.has(name) || builderArgs.includes(name)) continue;
    const match = nearest(name, [...state.env.keys()], { caseSensitive: true });
    const hint = match === undefined ? '' : ` (did you mean $${match}?)`;
    findings.add(
      'UndefinedVar',
      `Usage of undefined variable '$${name}'${hint}`,
      planned.instruction,
    );
  }
}
