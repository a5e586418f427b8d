/** Media types of the files that we serve. */

const mediaTypes: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
  wasm: 'application/wasm',
  webmanifest: 'application/manifest+json',
  woff2: 'font/woff2',
};

/** By the extension of a path; files without a known one are bytes. */
export function mediaTypeOf(path: string): string {
  const extension = /\.([a-z0-9]+)$/.exec(path)?.[1] ?? '';
  if (/\/manifests\/[^/]+$/.test(path)) return 'application/json';
  return mediaTypes[extension] ?? 'application/octet-stream';
}
