/**
 * Killercoda's scenarios (`index.json` with Markdown beside it; Katacoda's are the same) as a lesson of ours: what can be
 * clicked becomes a block to run, `verify` a check, `foreground` and `background` the start script.
 */
import type { CourseFiles } from '../read-course.ts';
import { isRecord } from '../../lib/json.ts';
import { formatFrontMatter, formatHeading, uniqueFolder } from './format-markdown.ts';
import type { ImportResult } from './import-result.ts';

/** `files` are the scenario's, by path below its folder. Throws when there is no readable `index.json`. */
export function importKillercoda(files: CourseFiles): ImportResult {
  const index = parseIndex(files.get('index.json'));
  const details = isRecord(index['details']) ? index['details'] : {};
  const warnings: string[] = [];
  const output = new Map<string, string>();
  output.set(
    'lesson.md',
    formatHeading(textOf(index['title'], 'Scenario'), textOf(index['description'], '')),
  );
  const parts = [
    { part: details['intro'], title: 'Introduction' },
    ...listOf(details['steps']).map((part, number) => ({ part, title: `Step ${number + 1}` })),
    { part: details['finish'], title: 'Summary' },
  ];
  let first = true;
  for (const { part, title } of parts) {
    if (!isRecord(part)) continue;
    const assets = first ? assetsOf(details['assets'], files, warnings) : [];
    first = false;
    const name = textOf(part['title'], title);
    const folder = uniqueFolder(output, name);
    const content = stepOf(part, { name, files, assets, warnings });
    output.set(`${folder}/step.md`, content);
  }
  const image = isRecord(index['backend']) ? textOf(index['backend']['imageid'], '') : '';
  if (/kubernetes/.test(image)) {
    warnings.push(`The scenario asks for the machine "${image}", which is not there`);
  }
  return { files: output, warnings };
}

function parseIndex(text: string | undefined): Readonly<Record<string, unknown>> {
  if (text === undefined) throw new Error('Cannot import: there is no index.json');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`Cannot import: index.json is not JSON: ${String(error)}`, { cause: error });
  }
  if (!isRecord(value) || !isRecord(value['details'])) {
    throw new Error('Cannot import: index.json has no "details"');
  }
  return value;
}

interface StepContext {
  readonly name: string;
  readonly files: CourseFiles;
  readonly assets: readonly Asset[];
  readonly warnings: string[];
}

interface Asset {
  readonly path: string;
  readonly content: string;
  readonly mode?: string;
}

function stepOf(
  part: Readonly<Record<string, unknown>>,
  { name, files, assets, warnings }: StepContext,
): string {
  const read = (key: string): string | undefined => {
    const path = part[key];
    if (typeof path !== 'string' || path === '') return undefined;
    const text = files.get(path.replace(/^\.\//, ''));
    if (text === undefined) warnings.push(`${path}: the scenario names a file that is not there`);
    return text;
  };
  const start = [read('background'), read('courseData'), read('foreground'), read('code')]
    .filter((script) => script !== undefined)
    .map((script) => script.replace(/^#!.*\n/, ''))
    .join('\n');
  const verify = read('verify');
  const check = { id: 'verify', title: 'Your work is checked', script: verify, hint: read('hint') };
  const front = formatFrontMatter({
    title: name,
    files: assets.length > 0 ? assets : undefined,
    start: start.trim() === '' ? undefined : start,
    checks: verify === undefined ? undefined : [check],
    solve: read('solution') ?? read('solve'),
  });
  return front + convertActions(read('text') ?? '');
}

/** `code`{{exec}} and fenced blocks followed by {{exec}}, {{copy}} and the like. */
function convertActions(markdown: string): string {
  return markdown
    .replace(
      /^```([^\n`]*)\n([\s\S]*?)\n```\s*\{\{\s*(exec|execute|copy)\b[^}]*\}\}/gm,
      (_all, language: string, code: string, action: string) =>
        `\`\`\`${firstWord(language) || 'bash'}${action === 'copy' ? '' : ' run'}\n${code}\n\`\`\``,
    )
    .replace(
      /`([^`\n]+)`\s*\{\{\s*(exec|execute|copy)\b[^}]*\}\}/g,
      (_all, code: string, action: string) =>
        `\n\n\`\`\`bash${action === 'copy' ? '' : ' run'}\n${code}\n\`\`\`\n\n`,
    )
    .replace(
      /^```([^\n`]*)\{\{[^}]*\}\}\s*$/gm,
      (_all, language: string) => `\`\`\`${firstWord(language)}`,
    );
}

function firstWord(text: string): string {
  return text.trim().split(/\s+/)[0] ?? '';
}

function assetsOf(value: unknown, files: CourseFiles, warnings: string[]): Asset[] {
  const hosts = isRecord(value) ? Object.entries(value) : [];
  return hosts.flatMap(([host, list]) =>
    listOf(list).flatMap((item): Asset[] => {
      if (!isRecord(item)) return [];
      if (host !== 'host01' && host !== 'client') {
        warnings.push(`Files for "${host}" are left out: there is one machine`);
        return [];
      }
      const pattern = textOf(item['file'], '');
      const target = textOf(item['target'], '/root').replace(/^~/, '/root').replace(/\/$/, '');
      const found = [...files].filter(([path]) => matches(`assets/${pattern}`, path));
      if (found.length === 0) warnings.push(`assets/${pattern}: no such file`);
      const executable = textOf(item['chmod'], '').includes('x');
      return found.map(([path, content]) => ({
        path: `${target}/${path.split('/').at(-1) ?? path}`,
        content,
        ...(executable ? { mode: '755' } : {}),
      }));
    }),
  );
}

/** The star of `assets` stands for names without a slash. */
function matches(pattern: string, path: string): boolean {
  const source = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*');
  return new RegExp(`^${source}$`).test(path);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown, otherwise: string): string {
  return typeof value === 'string' && value !== '' ? value : otherwise;
}
