/**
 * A course from the web: an index `course.json` that lists its Markdown files, `{"files": ["course.md", …]}`, and the files
 * beside it. The browser asks the other site for its permission (CORS), and the page's policy must allow it.
 */
import { KindError } from '../lib/errors.ts';
import { readChunks } from '../lib/read-chunks.ts';
import { markdownSizeMax } from './front-matter.ts';
import type { CourseFiles } from './read-course.ts';

/** A course of twenty lessons with ten steps in two languages has 460. */
const fileCountMax = 600;
const courseSizeMax = 8 * 1024 * 1024;
const timeoutMs = 30_000;
/** Requests at a time: browsers keep to six a host anyway. */
const parallelMax = 6;

export interface FetchCourseOptions {
  /** Of the page, against which a relative address is read. */
  readonly baseUrl: string;
  readonly fetch: (url: string, options: RequestInit) => Promise<Response>;
}

export async function fetchCourse(
  address: string,
  options: FetchCourseOptions,
): Promise<CourseFiles> {
  const index = indexUrl(address, options.baseUrl);
  const signal = AbortSignal.timeout(timeoutMs);
  const load = async (url: string): Promise<string> => {
    try {
      const response = await options.fetch(url, { signal, credentials: 'omit' });
      if (response.ok) return await boundedText(response, url);
      throw new KindError('unavailable', `Cannot load "${url}": status ${response.status}`);
    } catch (error) {
      if (error instanceof KindError) throw error;
      // Browsers tell scripts no more than that a request failed, each in words of its own.
      const reason = signal.aborted
        ? `no answer in ${timeoutMs / 1000} seconds`
        : 'the site cannot be reached, or does not allow it (CORS)';
      throw new KindError('unavailable', `Cannot load "${url}": ${reason}`, { cause: error });
    }
  };
  const paths = readIndex(await load(index.href));
  const files = new Map<string, string>();
  let sizeBytes = 0;
  for (let at = 0; at < paths.length; at += parallelMax) {
    const part = paths.slice(at, at + parallelMax);
    const texts = await Promise.all(part.map((path) => load(new URL(path, index).href)));
    for (const [offset, text] of texts.entries()) {
      sizeBytes += text.length;
      files.set(part[offset] ?? '', text);
    }
    if (sizeBytes > courseSizeMax) {
      throw new KindError(
        'resourceExhausted',
        `Cannot load course: more than ${courseSizeMax} bytes`,
      );
    }
  }
  return files;
}

/** Name of the course's folder: what its progress is kept under, with its site. */
export function courseIdOf(address: string, baseUrl: string): string {
  const { origin, pathname } = indexUrl(address, baseUrl);
  return `${origin}${pathname.replace(/\/course\.json$/, '')}`;
}

function indexUrl(address: string, baseUrl: string): URL {
  const url = new URL(address, baseUrl);
  const isLocal = url.origin === new URL(baseUrl).origin;
  if (url.protocol !== 'https:' && !isLocal) {
    throw new KindError(
      'invalidParameter',
      `Cannot load course "${address}": expected an https address`,
    );
  }
  if (!url.pathname.endsWith('.json'))
    url.pathname = `${url.pathname.replace(/\/$/, '')}/course.json`;
  return url;
}

function readIndex(text: string): string[] {
  const value = parseIndex(text);
  const files = Array.isArray(value?.files) ? (value.files as unknown[]) : [];
  if (files.length === 0 || files.length > fileCountMax) {
    throw new KindError(
      'invalidParameter',
      `The course's index lists ${files.length} files: expected 1 to ${fileCountMax}`,
    );
  }
  return files.map((path) => {
    if (typeof path !== 'string' || !/^(?:[\w-][\w.-]*\/){0,2}[\w-][\w.-]*\.md$/.test(path)) {
      throw new KindError(
        'invalidParameter',
        `The course's index lists ${JSON.stringify(path)}: expected a path such as "01-lesson/01-step/step.md"`,
      );
    }
    return path;
  });
}

function parseIndex(text: string): { readonly files?: unknown } | null {
  try {
    return JSON.parse(text) as { readonly files?: unknown } | null;
  } catch (error) {
    throw new KindError('invalidParameter', "The course's index is not JSON", { cause: error });
  }
}

async function boundedText(response: Response, url: string): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let sizeBytes = 0;
  if (response.body === null) return '';
  for await (const chunk of readChunks(response.body)) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > markdownSizeMax) {
      throw new KindError(
        'resourceExhausted',
        `Cannot load "${url}": more than ${markdownSizeMax} bytes`,
      );
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
