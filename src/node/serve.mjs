/**
 * `bottleship serve` on a fresh clone: installs what is missing, then serves the Docker Engine API.
 * Plain JavaScript without dependencies, because it runs before there are any.
 */
import { runTypeScript } from './run-typescript.mjs';

await runTypeScript(new URL('./serve/main.ts', import.meta.url));
