/** Starts `machine-thread.ts` in a worker thread: one without a loader of TypeScript, wherever it comes from. */
import { register } from 'tsx/esm/api';

register();
await import('./machine-thread.ts');
