import { describe, expect, test } from 'vitest';
import { courseIdOf, fetchCourse } from './fetch-course.ts';
import { markdownSizeMax } from './front-matter.ts';

const baseUrl = 'http://localhost:8080/';

function site(files: Readonly<Record<string, string>>) {
  const asked: string[] = [];
  const fetch = (url: string): Promise<Response> => {
    asked.push(url);
    const text = files[url];
    return Promise.resolve(
      text === undefined ? new Response('', { status: 404 }) : new Response(text),
    );
  };
  return { asked, options: { baseUrl, fetch } };
}

const folder = 'https://teach.example/nets';

describe('fetchCourse()', () => {
  test('loads what the index lists, from beside it', async () => {
    const { options } = site({
      [`${folder}/course.json`]:
        '{"files":["course.md","01-a/lesson.md","01-a/01-b/step.zh-CN.md"]}',
      [`${folder}/course.md`]: 'course',
      [`${folder}/01-a/lesson.md`]: 'lesson',
      [`${folder}/01-a/01-b/step.zh-CN.md`]: 'step',
    });
    const files = await fetchCourse(`${folder}/`, options);
    expect([...files]).toEqual([
      ['course.md', 'course'],
      ['01-a/lesson.md', 'lesson'],
      ['01-a/01-b/step.zh-CN.md', 'step'],
    ]);
  });

  test.each([
    '{"files":["../../etc/passwd.md"]}',
    '{"files":["https://other.example/a.md"]}',
    '{"files":["a.html"]}',
    '{"files":[1]}',
    '{"files":[]}',
    '[]',
    'null',
  ])('refuses the index %s', async (index) => {
    const { asked, options } = site({ [`${folder}/course.json`]: index });
    await expect(fetchCourse(folder, options)).rejects.toThrow("The course's index lists");
    expect(asked).toHaveLength(1);
  });

  test('refuses other protocols, missing files and files without end', async () => {
    const { options } = site({ [`${folder}/course.json`]: ' '.repeat(markdownSizeMax + 1) });
    await expect(fetchCourse('http://teach.example/', options)).rejects.toThrow(
      'expected an https',
    );
    await expect(fetchCourse('https://none.example/', options)).rejects.toThrow('status 404');
    await expect(fetchCourse(folder, options)).rejects.toThrow('more than');
    const refusing = { baseUrl, fetch: () => Promise.reject(new TypeError('Failed to fetch')) };
    await expect(fetchCourse(folder, refusing)).rejects.toThrow('does not allow it (CORS)');
    const { options: broken } = site({ [`${folder}/course.json`]: '{"files":' });
    await expect(fetchCourse(folder, broken)).rejects.toThrow('is not JSON');
  });

  test('courseIdOf() tells courses of two sites apart', () => {
    expect(courseIdOf('https://teach.example/nets', baseUrl)).toBe(folder);
    expect(courseIdOf('/nets/course.json', baseUrl)).toBe('http://localhost:8080/nets');
  });
});
