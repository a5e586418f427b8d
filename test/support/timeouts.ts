/** Before each file of the project: a browser is given longer than a machine in Node. */
import { expect, vi } from 'vitest';

const machineMs = 120_000;
const browserMs = 180_000;

const isBrowser = expect.getState().testPath?.includes('/test/browser/') === true;
const timeoutMs = isBrowser ? browserMs : machineMs;
vi.setConfig({ testTimeout: timeoutMs, hookTimeout: timeoutMs });
