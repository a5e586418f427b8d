/** Tells an open step whether anybody sees it, and when a command was entered in a terminal. */
import type { StepRun } from '../../../playground/views/lesson/step-run.svelte.ts';

/** Returns what ends it. */
export function watchStep(run: StepRun): () => void {
  const see = (): void => run.watch(document.visibilityState === 'visible');
  const hear = ({ key, target }: KeyboardEvent): void => {
    if (key === 'Enter' && target instanceof Element && target.closest('.xterm') !== null)
      run.attempt();
  };
  see();
  document.addEventListener('visibilitychange', see);
  document.addEventListener('keydown', hear, { capture: true });
  return () => {
    document.removeEventListener('visibilitychange', see);
    document.removeEventListener('keydown', hear, { capture: true });
    run.watch(false);
  };
}
