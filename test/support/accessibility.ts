/** What a page must hold for everybody: axe's rules for WCAG 2.2 AA, and words in the language that was chosen. */
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
);

const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Violations, one a line: rule, and the elements. */
export async function axeViolations(page: Page): Promise<string[]> {
  const isLoaded = await page.evaluate(() => 'axe' in window);
  if (!isLoaded) await page.evaluate(axeSource);
  const { violations } = await page.evaluate(async (tags): Promise<AxeResults> => {
    const { axe } = window as unknown as { axe: typeof import('axe-core') };
    return axe.run(document, {
      runOnly: { type: 'tag', values: tags },
      resultTypes: ['violations'],
    });
  }, standards);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary = '' }) => {
      const [, reason = ''] = failureSummary.split('\n');
      return `${id}: ${target.join(' ')}: ${reason.trim()}`;
    }),
  );
}

/** Words that are the same in Chinese: names, keys, commands and units. */
const properNames = [
  'Bottleship', 'Linux', 'Docker', 'Dockerfile', 'Engine', 'API', 'Kubernetes', 'Web', 'shell', 'English', 'v86', 'EN',
  'Ctrl', 'Shift', 'Alt', 'Cmd', 'Esc', 'Tab', 'Page', 'Down', 'Up', 'Delete', 'Enter', 'CPU', 'TCP', 'UDP', 'NAT', 'IP',
  'MAC', 'DNS', 'PID', 'PIDs', 'ID', 'TTL', 'OOM', 'KiB', 'MiB', 'GiB', 'kB', 'MB', 'GB', 'ms', 'tar', 'HTTP', 'HTTPS',
  'F6', 'URL', 'JSON', 'YAML', 'cgroup', 'overlay2', 'overlayfs', 'lowerdir', 'upperdir', 'merged', 'veth', 'bridge', 'Git', 'root',
]; // prettier-ignore

/**
 * Text and names on the page with a Latin word that is no proper name. What is `code`, of another language, or marked
 * `translate="no"` (names of containers and files, what programs print) is passed over, and so are `names`.
 */
export function latinTexts(page: Page, names: readonly string[] = []): Promise<string[]> {
  return page.evaluate(
    (known) => {
      const skipped =
        'code, pre, kbd, samp, .xterm, .cm-editor, [translate=no], [lang=en], script, style, noscript, svg';
      const names = new Set(known.map((name) => name.toLowerCase()));
      const found = new Set<string>();
      const look = (text: string): void => {
        const words =
          text.replace(/：docker .*|docker( [a-z]+)*/g, '').match(/[A-Za-z][A-Za-z0-9]+/g) ?? [];
        if (words.some((word) => !names.has(word.toLowerCase()))) found.add(text.trim());
      };
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
        if (node.parentElement?.closest(skipped) === null) look(node.textContent ?? '');
      }
      for (const element of document.querySelectorAll(
        '[aria-label], [title], [placeholder], [alt]',
      )) {
        if (element.closest(skipped) !== null) continue;
        for (const name of ['aria-label', 'title', 'placeholder', 'alt']) {
          look(element.getAttribute(name) ?? '');
        }
      }
      return [...found];
    },
    [...properNames, ...names],
  );
}
