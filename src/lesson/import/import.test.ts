import { describe, expect, test } from 'vitest';
import { readCourse } from '../read-course.ts';
import type { ImportResult } from './import-result.ts';
import { importKillercoda } from './killercoda.ts';
import { importPlayWithDocker } from './play-with-docker.ts';

/** What an import made, read by our own reader: it must have nothing to object. */
function readBack({ files }: ImportResult) {
  const course = new Map([['course.md', '---\ntitle: c\nsummary: c\n---\n']]);
  for (const [path, text] of files) course.set(`01-lesson/${path}`, text);
  const reading = readCourse(course, { id: 'c' });
  expect(reading.problems).toEqual([]);
  return reading.course?.lessons[0]?.steps ?? [];
}

describe('importKillercoda()', () => {
  const index = {
    title: 'A scenario',
    description: 'About it',
    details: {
      intro: { text: 'intro.md', background: 'setup.sh' },
      steps: [{ title: 'Do it: now', text: 'step1/text.md', verify: 'step1/verify.sh', solution: 'step1/solve.sh' }],
      assets: { host01: [{ file: '*.yml', target: '~/app/', chmod: '+x' }, { file: 'none', target: '/' }] },
    },
    backend: { imageid: 'kubernetes-kubeadm-1node' },
  }; // prettier-ignore
  const files = new Map([
    ['index.json', JSON.stringify(index)],
    ['intro.md', 'Click `docker ps -a`{{exec}} or `docker ps`{{copy}}.\n'],
    ['setup.sh', '#!/bin/bash\ndocker pull busybox\n'],
    ['step1/text.md', 'Do:\n\n```\ndocker run\nls\n```{{exec}}\n'],
    ['step1/verify.sh', '#!/bin/bash\ntest -f /done\n'],
    ['step1/solve.sh', 'touch /done\n'],
    ['assets/app.yml', 'a: b\n'],
  ]);

  test('makes steps, scripts, checks, files and blocks to run', () => {
    const result = importKillercoda(files);
    const [intro, step] = readBack(result);
    expect(intro).toMatchObject({
      title: 'Introduction',
      start: { text: 'docker pull busybox\n' },
      files: [{ path: '/root/app/app.yml', content: 'a: b\n', mode: 0o755 }],
    });
    expect(intro?.blocks.map(({ text, action }) => [text, action.kind])).toEqual([
      ['docker ps -a\n', 'run'],
      ['docker ps\n', 'copy'],
    ]);
    expect(step?.title).toBe('Do it: now');
    expect(step?.blocks.map(({ text }) => text)).toEqual(['docker run\nls\n']);
    expect(step?.checks[0]?.condition).toMatchObject({ kind: 'script' });
    expect(step?.solution[0]?.text).toBe('touch /done\n');
    expect(result.warnings).toEqual([
      'assets/none: no such file',
      'The scenario asks for the machine "kubernetes-kubeadm-1node", which is not there',
    ]);
  });

  test('refuses what is no scenario', () => {
    expect(() => importKillercoda(new Map())).toThrow('there is no index.json');
    expect(() => importKillercoda(new Map([['index.json', '{']]))).toThrow('is not JSON');
    expect(() => importKillercoda(new Map([['index.json', '{}']]))).toThrow('has no "details"');
  });
});

describe('importPlayWithDocker()', () => {
  const post = `---
layout: post
title: "First containers"
terms: 2
---

Welcome.

## <a name="1"></a>1.0 Run it

\`\`\`.term1
docker run hello-world
\`\`\`

\`\`\`.term2
# not a heading
docker ps
\`\`\`

[Open it](/){:data-term=".term1"}{:data-port="8080"}

{:.quiz}
Which one lists images?
- ( ) docker run
- (x) docker image ls
`;

  test('makes a step of each section, blocks to run and quizzes', () => {
    const result = importPlayWithDocker(post);
    const [welcome, run] = readBack(result);
    expect(welcome).toMatchObject({
      title: 'First containers',
      body: expect.stringContaining('Welcome.'),
    });
    expect(run?.title).toBe('1.0 Run it');
    expect(run?.blocks.map(({ text, action }) => [text, action.kind])).toEqual([
      ['docker run hello-world\n', 'run'],
      ['# not a heading\ndocker ps\n', 'run'],
    ]);
    expect(run?.quiz[0]).toMatchObject({
      question: 'Which one lists images?',
      answers: [{ correct: false }, { text: 'docker image ls', correct: true }],
    });
    expect(run?.body).toContain('Open it (port 8080)');
    expect(run?.body).not.toContain('quiz');
    expect(result.warnings).toEqual([
      'Blocks of further terminals run in the one machine there is',
      'A link opened port 8080: publish it and use the preview',
    ]);
  });

  test('refuses a text without front matter', () => {
    expect(() => importPlayWithDocker('# Hello')).toThrow('no front matter with a title');
  });
});
