/** Lets the browser fetch what one sees of the page beside the entry, which imports it when the workers run. */
import type { Plugin } from 'vite';

const pageModule = /\/ui\/page\.ts$/;

export function preloadPage(): Plugin {
  return {
    name: 'bottleship:preload-page',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: (_html, { bundle = {}, path }) =>
        Object.values(path === '/index.html' ? bundle : {})
          .filter((file) => file.type === 'chunk' && pageModule.test(file.facadeModuleId ?? ''))
          .map(({ fileName }) => ({
            tag: 'link',
            attrs: { rel: 'modulepreload', crossorigin: true, href: `./${fileName}` },
            injectTo: 'head',
          })),
    },
  };
}
