/** Lets the browser fetch the rest of the page beside the entry, which imports it later. */
import type { Plugin } from 'vite';

/** In the order in which they are needed. */
const laterModules = [/\/ui\/start\.ts$/, /\/ui\/page\.ts$/];

export function preloadPage(): Plugin {
  return {
    name: 'bottleship:preload-page',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle = {}, path }) {
        if (path !== '/index.html') return [];
        const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
        const wanted = laterModules.flatMap((module) =>
          chunks
            .filter(({ facadeModuleId }) => module.test(facadeModuleId ?? ''))
            .flatMap(({ fileName, imports }) => [fileName, ...imports]),
        );
        return [...new Set(wanted)]
          .filter((fileName) => !html.includes(fileName))
          .map((fileName) => ({
            tag: 'link',
            attrs: { rel: 'modulepreload', crossorigin: true, href: `./${fileName}` },
            injectTo: 'head',
          }));
      },
    },
  };
}
