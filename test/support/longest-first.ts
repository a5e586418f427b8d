/**
 * The order of the test files: those that take half a minute or more begin first, so that all workers end together.
 * Vitest knows that from earlier runs; a fresh clone has none.
 */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** A browser among the machines at a time, as far as there are both: two browsers at once are slower. */
const longestFirst: readonly string[] = [
  'cli-differential.vm',
  'interactive.browser',
  'build-differential.vm',
  'oracle.vm',
  'docker.browser',
  'oracle-cli.vm',
  'network.vm',
  'registry.browser',
  'lesson.vm',
  'build-course.vm',
  'workbench.browser',
  'docker-cli.vm',
  'crash.vm',
  'session.browser',
  'egress.vm',
  'density.vm',
  'offline.browser',
  'update.browser',
  'agent.vm',
  'engine.vm',
  'lesson.browser',
  'lifecycle.vm',
  'build-machine.vm',
  'runtime.vm',
  'boot.browser',
  'classics.vm',
  'state.vm',
  'leaks.vm',
  'see.browser',
  'volumes.vm',
  'egress.browser',
  'isolation.vm',
  'ninep.vm',
  'topology.vm',
  'userns.vm',
  'embed.browser',
  'session.vm',
  'state.browser',
  'preview.browser',
  'xray.vm',
  'docker-run.vm',
  // Of the unit tests: it compiles the agent.
  'agent',
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const usual = await super.sort(files);
    return usual.toSorted((one, other) => rank(one) - rank(other));
  }
}

function rank({ moduleId }: TestSpecification): number {
  const name = moduleId.slice(moduleId.lastIndexOf('/') + 1).replace(/\.test\.ts$/, '');
  const place = longestFirst.indexOf(name);
  return place < 0 ? longestFirst.length : place;
}
