/** Builds one classic script beside the page: service workers as modules are not everywhere. */
import { join } from 'node:path';
import { build } from 'vite';

export interface ClassicScript {
  readonly root: string;
  /** Relative to the root. */
  readonly input: string;
  readonly outDir: string;
  readonly name: string;
  readonly define?: Readonly<Record<string, string>>;
}

export async function buildClassicScript(script: ClassicScript): Promise<void> {
  const { root, input, outDir, name, define = {} } = script;
  await build({
    configFile: false,
    root: join(root, 'src/browser'),
    publicDir: false,
    logLevel: 'warn',
    define,
    build: {
      outDir,
      emptyOutDir: false,
      target: 'es2022',
      rolldownOptions: {
        input: join(root, input),
        output: { format: 'iife', entryFileNames: name },
      },
    },
  });
}
