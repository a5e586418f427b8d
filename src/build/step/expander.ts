/** Words of an instruction as the stage's variables make them; a check learns of those that are not set. */
import { reportUndefined } from '../check/check-variables.ts';
import { expandText } from '../expand/expand-word.ts';
import type { StepContext } from './step-context.ts';

export function expander(context: StepContext): (text: string) => string {
  const options = { env: context.state.env, escape: context.plan.dockerfile.escape };
  return (text) => {
    const expansion = expandText(text, options);
    reportUndefined(expansion.unmatched, context);
    return expansion.text;
  };
}
