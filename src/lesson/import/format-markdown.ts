/** Writes our own Markdown: what importers make, an author can go on with. */
import { stringify } from 'yaml';

/** Keys that are undefined are left out. */
export function formatFrontMatter(data: Readonly<Record<string, unknown>>): string {
  return `---\n${stringify(data, { lineWidth: 0, keepUndefined: false })}---\n\n`;
}

export function formatHeading(title: string, summary: string): string {
  return formatFrontMatter({ title, summary: summary === '' ? title : summary });
}

/** `02-the-title`, numbered by how many steps there are, of letters that every file system takes. */
export function uniqueFolder(files: ReadonlyMap<string, string>, title: string): string {
  const number = [...files.keys()].filter((path) => path.endsWith('/step.md')).length + 1;
  const words = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 40);
  return `${String(number).padStart(2, '0')}-${words === '' ? 'step' : words}`;
}
