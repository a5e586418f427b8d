/** The page that a preview's origin serves for every path, until its service worker takes over. */

export const previewPageName = 'bottleship-preview.html';
export const previewScripts = ['worker', 'shim', 'boot'].map(
  (name) => `bottleship-preview-${name}.js`,
);

/** `playgrounds` are the origins whose pages may show it; they come from the configuration, not from users. */
export function previewPage(playgrounds: readonly string[]): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="color-scheme" content="light dark" />
    <meta name="playground" content="${playgrounds.join(' ')}" />
    <title>Bottleship preview</title>
  </head>
  <body>
    <script src="/bottleship-preview-boot.js"></script>
  </body>
</html>
`;
}

/**
 * It loads nothing but its own scripts. A policy's frame-ancestors holds for every frame around, and an embed with a preview
 * in it is in a page of any site: whoever may hold embeds may hold this (src/preview/README.md tells why that is harmless).
 */
export function previewPolicy(playgrounds: readonly string[], embedAncestors?: string): string {
  const policy =
    "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'";
  if (playgrounds.length === 0) return `${policy}; frame-ancestors 'none'`;
  if (embedAncestors === undefined) return policy;
  // Here `'self'` would be the preview's own origin.
  const others = embedAncestors
    .split(/\s+/)
    .filter((source) => !/^(?:'none'|'self'|)$/.test(source));
  return `${policy}; frame-ancestors ${[...playgrounds, ...others].join(' ')}`;
}
