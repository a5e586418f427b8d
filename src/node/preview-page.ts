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

/** Only a playground may frame it, and it loads nothing but its own scripts. */
export function previewPolicy(playgrounds: readonly string[]): string {
  const ancestors = playgrounds.length === 0 ? "'none'" : playgrounds.join(' ');
  return `default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors ${ancestors}`;
}
