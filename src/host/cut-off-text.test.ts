import { expect, test } from 'vitest';
import { cutOffText } from './cut-off-text.ts';

const said = (line: string): string => cutOffText(['/usr/bin/docker', ...line.split(' ')]);

test('cutOffText() tells how a command is taken up again, and what became of the container', () => {
  expect(said('logs -f web')).toMatch(/The container goes on: "docker logs -f web" takes it up/);
  expect(said('container attach web')).toContain('"docker container attach web" takes it up');
  expect(said('run -it busybox')).toMatch(/Its container goes on: .* "docker attach NAME"/);
  expect(said('--debug start -a web')).toContain('"docker attach NAME"');
  expect(said('exec -it web sh')).toMatch(/its process.* "docker exec -it web sh" runs it again/);
  expect(said('events')).toMatch(/ended this command: "docker events" runs it again$/);
  expect(cutOffText(['docker', 'exec', 'web', 'sh', '-c', "echo 'a b'"])).toContain(
    `"docker exec web sh -c 'echo '\\''a b'\\'''"`,
  );
});
