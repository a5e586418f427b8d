/** Holds every import of `src/` to the table in src/README.md and prints the path of a violation. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const sourceRoot = fileURLToPath(new URL('../src', import.meta.url));

const everything = [
  'api', 'lib', 'ui', 'ui/main.ts', 'ui/start.ts', 'ui/embed/main.ts', 'playground', 'cli', 'client', 'engine/server', 'engine', 'build', 'registry', 'image', 'disk',
  'network', 'lesson', 'egress', 'guest', 'vm', 'preview', 'host', 'browser', 'node', 'node/build', 'proxy',
] as const; // prettier-ignore

type Layer = (typeof everything)[number];

/** Beside itself, `api` and `lib`. */
const mayImport: Record<Layer, readonly Layer[]> = {
  lib: [],
  api: [],
  ui: ['playground', 'preview', 'lesson'],
  'ui/main.ts': ['ui', 'ui/start.ts', 'playground', 'browser'],
  'ui/start.ts': ['ui', 'playground', 'browser'],
  'ui/embed/main.ts': ['ui', 'playground', 'browser'],
  playground: ['cli', 'client', 'lesson', 'preview'],
  cli: ['client'],
  client: [],
  'engine/server': [],
  engine: ['engine/server', 'build', 'registry', 'image', 'guest', 'network'],
  build: ['image'],
  registry: ['image'],
  image: [],
  disk: [],
  network: [],
  egress: ['guest', 'network'],
  lesson: [],
  guest: ['vm', 'image', 'disk'],
  vm: [],
  preview: ['client'],
  host: [
    'preview',
    'cli',
    'client',
    'engine',
    'engine/server',
    'registry',
    'image',
    'disk',
    'network',
    'guest',
    'vm',
    'egress',
  ],
  browser: everything.filter(
    (layer) =>
      ![
        'ui',
        'ui/main.ts',
        'ui/start.ts',
        'ui/embed/main.ts',
        'node',
        'node/build',
        'proxy',
      ].includes(layer),
  ),
  node: everything.filter(
    (layer) =>
      !['ui', 'ui/main.ts', 'ui/start.ts', 'ui/embed/main.ts', 'playground', 'browser'].includes(
        layer,
      ),
  ),
  'node/build': ['node', 'browser'],
  proxy: ['egress', 'network'],
};

const packagesOf: Record<string, readonly Layer[]> = {
  v86: ['vm'],
  ws: ['node'],
  'idb-keyval': ['browser'],
  comlink: ['browser', 'playground'],
  yaml: ['lesson'],
  'markdown-it': ['lesson'],
  jmespath: ['lesson'],
  '@cfworker/json-schema': ['lesson'],
  hono: ['proxy', 'node'],
  '@hono/node-server': ['proxy', 'node'],
  svelte: ['ui', 'ui/main.ts', 'ui/embed/main.ts', 'playground'],
  '@xterm/xterm': ['ui', 'playground'],
  '@codemirror': ['ui'],
  '@lezer': ['ui'],
};

interface Import {
  readonly file: string;
  readonly specifier: string;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourceFiles(path);
    return /\.(ts|svelte|mjs)$/.test(entry.name) && !entry.name.endsWith('.test.ts') ? [path] : [];
  });
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8');
  const pattern = /(?:\bfrom\s*|\bimport\s*\(\s*|\bimport\s+|new URL\(\s*)['"]([^'"]+)['"]/g;
  return [...text.matchAll(pattern)].map((match) => ({ file, specifier: match[1] ?? '' }));
}

/** The layer a path lies in; the most specific folder wins. */
function layerOf(path: string): Layer | undefined {
  const inside = relative(sourceRoot, path);
  return everything
    .filter((layer) => inside === layer || inside.startsWith(`${layer}/`))
    .sort((a, b) => b.length - a.length)[0];
}

function violation({ file, specifier }: Import): string | undefined {
  const from = layerOf(file);
  if (from === undefined) return undefined;
  const name = relative(sourceRoot, file);
  if (!specifier.startsWith('.')) {
    const owners = Object.entries(packagesOf).find(
      ([pack]) => specifier === pack || specifier.startsWith(`${pack}/`),
    )?.[1];
    if (owners !== undefined && !owners.includes(from)) return `${name} imports ${specifier}`;
    if (specifier.startsWith('node:') && !['node', 'node/build', 'proxy'].includes(from))
      return `${name} imports ${specifier}`;
    return undefined;
  }
  const to = layerOf(resolve(dirname(file), specifier));
  if (to === undefined || to === from || to === 'api' || to === 'lib') {
    if (from === 'lib' && to === 'api') return `${name} imports ${specifier}`;
    return undefined;
  }
  return mayImport[from].includes(to)
    ? undefined
    : `${name} (${from}) imports ${specifier} (${to})`;
}

describe('the import table', () => {
  const imports = sourceFiles(sourceRoot).flatMap(importsOf);

  test('sees the imports of the source', () => {
    expect(imports.length).toBeGreaterThan(10);
  });

  test('no file imports against the layers', () => {
    expect(imports.map(violation).filter((path) => path !== undefined)).toEqual([]);
  });

  test('a violation is found and named', () => {
    const file = join(sourceRoot, 'client/containers.ts');
    expect(violation({ file, specifier: '../engine/engine.ts' })).toBe(
      'client/containers.ts (client) imports ../engine/engine.ts (engine)',
    );
    expect(violation({ file, specifier: 'v86' })).toBe('client/containers.ts imports v86');
  });
});
