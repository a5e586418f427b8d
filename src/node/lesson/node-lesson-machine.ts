/** The machine of a headless host, as lessons see it. */
import { ApiClient } from '../../client/api-client.ts';
import type { Host } from '../../host/create-host.ts';
import type { LessonMachine } from '../../lesson/lesson-machine.ts';

export function lessonMachine(host: Host): LessonMachine {
  const client = new ApiClient(host.api);
  return {
    run: (script) => host.run(script),
    get: (path) => client.json('GET', path),
  };
}
