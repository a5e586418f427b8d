/** A piece of work beside the steps, shown as one. */
import type { BuildProgress } from './build-progress.ts';

export async function during<T>(
  progress: BuildProgress,
  name: string,
  work: () => Promise<T>,
): Promise<T> {
  const task = progress.task(name);
  try {
    const result = await work();
    task.done({ isCached: false, imageId: undefined });
    return result;
  } catch (error) {
    task.failed(error);
    throw error;
  }
}
