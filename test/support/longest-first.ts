/**
 * The order of the test files: those that take half a minute or more begin first, so that two workers end together.
 * Vitest knows that from earlier runs; a fresh clone has none.
 */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Browser and machine tests take turns: two browsers at once are slower than a browser beside a machine. */
const longestFirst: readonly string[] = [
  'interactive.browser',
  'cli-differential.vm',
  'docker.browser',
  'lesson.vm',
  'serve.vm',
  'registry.browser',
  'build-course.vm',
  'offline.browser',
  'build-differential.vm',
  'boot.browser',
  'oracle-cli.vm',
  'workbench.browser',
  'see.browser',
  'network.vm',
  'preview.browser',
  'crash.vm',
  'lesson.browser',
  'oracle.vm',
  'embed.browser',
  'egress.browser',
  'topology.vm',
  'state.browser',
  'session.vm',
  'session.browser',
  'docker-cli.vm',
  'egress.vm',
  'density.vm',
  'state.vm',
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
