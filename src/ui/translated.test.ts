/** Components show words of `*.strings.ts` only: whatever else is written in their markup would stay in English. */
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'svelte/compiler';
import { expect, test } from 'vitest';

interface Node {
  readonly type?: string;
  readonly name?: string;
  readonly data?: string;
  readonly value?: unknown;
  readonly attributes?: readonly Node[];
}

/** Elements whose text is no language, and attributes that are read out or shown. */
const unspoken = new Set(['code', 'kbd', 'pre', 'samp', 'svg', 'style', 'script']);
const spoken = new Set(['aria-label', 'aria-description', 'title', 'placeholder', 'alt']);
/** The name, images, commands, addresses and keys, which are the same in every language. */
const properNames = /Bottleship|busybox|docker run .*|https?:\S+|Ctrl\+K|localhost/g;

/** What is handed on after it was translated. */
const alreadyTold = new Set([
  'components/BootFailure.svelte: {cause}',
  'views/xray/Step.svelte: {cause}',
  'views/xray/RequestSteps.svelte: {strings.cause}',
]);

const hasWords = (text: string): boolean =>
  /[A-Za-z]{2}/.test(text.replace(properNames, '').replace(/&\w+;/g, ''));

function textOf(value: unknown): string {
  const parts = Array.isArray(value) ? (value as Node[]) : [];
  return parts.map(({ type, data = '' }) => (type === 'Text' ? data : '')).join(' ');
}

/** Text and spoken attributes with words in them, below a node of the compiler's tree. */
function wordsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(wordsIn);
  if (typeof value !== 'object' || value === null) return [];
  const node = value as Node;
  const { type = '', name = '', data = '', attributes = [] } = node;
  if (type === 'Text') return hasWords(data) ? [data.trim()] : [];
  // Scripts are not markup; their words go through it.
  if (type.endsWith('Expression') || type.endsWith('Literal')) return [];
  const said = attributes
    .filter((attribute) => attribute.type === 'Attribute' && spoken.has(attribute.name ?? ''))
    .map((attribute) => textOf(attribute.value))
    .filter(hasWords);
  const isUntranslated = attributes.some((attribute) => attribute.name === 'translate');
  if (unspoken.has(name) || isUntranslated) return said;
  const inner = Object.entries(node).filter(([key]) => key !== 'attributes' && key !== 'metadata');
  return [...said, ...inner.flatMap(([, child]) => wordsIn(child))];
}

test('no component has words of its own', () => {
  const folder = new URL('./', import.meta.url);
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const components = names.filter((name) => name.endsWith('.svelte'));
  expect(components.length).toBeGreaterThan(50);
  const found = components.flatMap((name) => {
    const { fragment } = parse(readFileSync(new URL(name, folder), 'utf8'), { modern: true });
    return wordsIn(fragment).map((words) => `${name}: ${words}`);
  });
  expect(found).toEqual([]);
});

/** Failures come from workers in English: a component shows them through a string, or `errorText()`. */
function bareFailures(source: string): string[] {
  return [...source.matchAll(/\{(?:[\w.]+\.)?(?:failure|error|cause)\}/g)].map(([text]) => text);
}

test('no component shows a failure as it came', () => {
  const folder = new URL('./', import.meta.url);
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const found = names
    .filter((name) => name.endsWith('.svelte'))
    .flatMap((name) => {
      const source = readFileSync(new URL(name, folder), 'utf8').replace(
        /<script.*<\/script>/s,
        '',
      );
      return bareFailures(source).map((text) => `${name}: ${text}`);
    })
    .filter((found) => !alreadyTold.has(found));
  expect(found).toEqual([]);
  expect(bareFailures('<p>{view.failure}</p>')).toEqual(['{view.failure}']);
});

test('words in text and in attributes are found', () => {
  const source = '<p title="Say it">{#if a}<b>Hello {name}</b>{:else}<code>ls</code>{/if}</p>';
  expect(wordsIn(parse(source, { modern: true }).fragment)).toEqual(['Say it', 'Hello']);
});
