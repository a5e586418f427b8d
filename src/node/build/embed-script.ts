/** `embed.js` beside the page: what makes `<bottle-ship>` an element in pages of other sites. */
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { buildClassicScript } from './classic-script.ts';

export function embedScript(root: string): Plugin {
  return {
    name: 'bottleship:embed-script',
    apply: 'build',
    closeBundle: {
      order: 'post',
      sequential: true,
      handler: () =>
        buildClassicScript({
          root,
          input: 'src/ui/embed/element.ts',
          outDir: join(root, 'dist'),
          name: 'embed.js',
        }),
    },
  };
}
