/**
 * `npm run vm:verify`: holds `public/` against its manifest and the kernel in it against what Docker
 * needs. Prints what is wrong and exits 1.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkConfig, configOfKernel } from './kernel/check-config.mjs';
import { verifyManifest } from './support/manifest.mjs';

const folder = process.argv[2] ?? fileURLToPath(new URL('../public', import.meta.url));

const problems = await verifyManifest(folder);
const kernel = await readFile(join(folder, 'machine/kernel.bin'));
problems.push(...checkConfig(configOfKernel(kernel)).map((problem) => `kernel: ${problem}`));

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
else console.log(`${folder} is what its manifest says`);
