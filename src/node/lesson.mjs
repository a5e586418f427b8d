/** `bottleship lesson` on a fresh clone: installs what is missing, then checks or imports lessons. */
import { runTypeScript } from './run-typescript.mjs';

await runTypeScript(new URL('./lesson/main.ts', import.meta.url));
