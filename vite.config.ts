import { join } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { buildVersion } from './src/node/build/build-version.ts';
import { contentSecurityPolicy } from './src/node/build/content-security-policy.ts';
import { embedScript } from './src/node/build/embed-script.ts';
import { machineAssets } from './src/node/build/machine-assets.ts';
import { noNodeModules } from './src/node/build/no-node-modules.ts';
import { offlineFiles } from './src/node/build/offline-files.ts';
import { previewFiles } from './src/node/build/preview-files.ts';
import { preloadPage } from './src/node/build/preload-page.ts';

const underTest = process.env['VITEST'] !== undefined;

/** Test files at a time, whatever the machine: each has a container host or a browser of its own. */
const workerCount = 3;

export default defineConfig({
  // Vitest works on the whole repository, Vite on the page.
  root: underTest ? import.meta.dirname : 'src/ui',
  base: './',
  publicDir: '../../public',
  cacheDir: `${import.meta.dirname}/node_modules/.vite`,
  plugins: [
    svelte({ configFile: false }),
    ...(underTest
      ? []
      : [
          contentSecurityPolicy(),
          preloadPage(),
          machineAssets(import.meta.dirname),
          buildVersion(import.meta.dirname),
          previewFiles(import.meta.dirname),
          embedScript(import.meta.dirname),
          offlineFiles(import.meta.dirname),
        ]),
  ],
  worker: { format: 'es', plugins: () => [noNodeModules()] },
  build: {
    outDir: '../../dist',
    emptyOutDir: true,
    target: 'es2022',
    // The policy allows no data: URLs, and inline scripts neither.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: ['index', 'preview', 'embed', 'gallery'].map((page) =>
        join(import.meta.dirname, `src/ui/${page}.html`),
      ),
      checks: { pluginTimings: false },
    },
  },
  test: {
    maxWorkers: workerCount,
    sequence: underTest
      ? { sequencer: (await import('./test/support/longest-first.ts')).LongestFirst }
      : {},
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'test/*.test.ts'],
          // Modules are read once a worker, not once a file: that is half of the processor time.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'machine',
          include: ['test/machine/**/*.vm.test.ts', 'test/browser/**/*.browser.test.ts'],
          globalSetup: ['test/support/built-page.ts'],
          // A process keeps the emulator's optimised code for its next file: a fifth of the processor time.
          isolate: false,
          // Optimising the guest's code pays for itself only in machines that live longer than a test.
          env: { CHROMIUM_FLAGS: '--js-flags=--liftoff-only' },
          setupFiles: ['test/support/timeouts.ts'],
        },
      },
    ],
  },
});
