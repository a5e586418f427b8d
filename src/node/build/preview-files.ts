/**
 * The site of the previews' origin, into `dist-preview/`: a page and three scripts, for a host of its own. What it and
 * the playground have to know of each other comes from the environment (node/preview-config.ts).
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { configuredPlaygroundOrigins, configuredPreviewTemplate } from '../preview-config.ts';
import { previewPage, previewPageName } from '../preview-page.ts';
import { buildClassicScript } from './classic-script.ts';

const inputs = {
  'bottleship-preview-worker.js': 'src/browser/preview/preview-worker.ts',
  'bottleship-preview-shim.js': 'src/ui/preview/shim.ts',
  'bottleship-preview-boot.js': 'src/ui/preview/boot.ts',
};

export function previewFiles(root: string): Plugin {
  const outDir = join(root, 'dist-preview');
  return {
    name: 'bottleship:preview-files',
    apply: 'build',
    closeBundle: {
      order: 'post',
      sequential: true,
      async handler() {
        await mkdir(outDir, { recursive: true });
        for (const [name, input] of Object.entries(inputs))
          await buildClassicScript({ root, input, outDir, name });
        await writeFile(join(outDir, previewPageName), previewPage(configuredPlaygroundOrigins()));
        // The page asks for it when something is published first; `npm start` answers for itself.
        const template = configuredPreviewTemplate() ?? null;
        await writeFile(join(root, 'dist/preview.json'), `${JSON.stringify({ template })}\n`);
      },
    },
  };
}
