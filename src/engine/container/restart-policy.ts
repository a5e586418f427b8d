/** Whether and when a container that exited is started again. */
import type { Container } from './container.ts';

const delayMsMin = 100;
const delayMsMax = 60_000;
/** A run this long counts as a success: the delay starts over. */
const goodRunMs = 10_000;

/** Milliseconds until the next start, doubling with each; undefined when there is none. */
export function restartDelayMs(
  container: Container,
  run: { readonly exitCode: number; readonly ranMs: number },
): number | undefined {
  const { Name: policy = 'no', MaximumRetryCount: retries = 0 } =
    container.hostConfig.RestartPolicy ?? {};
  if (container.stopRequested || container.removing) return undefined;
  if (run.ranMs > goodRunMs) container.restartCount = 0;
  const wanted =
    policy === 'always' ||
    policy === 'unless-stopped' ||
    (policy === 'on-failure' &&
      run.exitCode !== 0 &&
      (retries === 0 || container.restartCount < retries));
  if (!wanted) return undefined;
  return Math.min(delayMsMin * 2 ** container.restartCount, delayMsMax);
}
