/**
 * `npm run vm:verify`: holds `public/` against its manifest, the kernel in it against what Docker needs, and the booted
 * machine against what it was made from. Prints what is wrong and exits 1.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inputsThatDiffer } from './booted/inputs.mjs';
import { checkConfig, configOfKernel } from './kernel/check-config.mjs';
import { verifyManifest } from './support/manifest.mjs';

const folder = process.argv[2] ?? fileURLToPath(new URL('../public', import.meta.url));

const problems = await verifyManifest(folder);
const kernel = await readFile(join(folder, 'machine/kernel.bin'));
problems.push(...checkConfig(configOfKernel(kernel)).map((problem) => `kernel: ${problem}`));
const booted = await inputsThatDiffer(await readFile(join(folder, 'machine/booted.bin.br')));
problems.push(...booted.map((name) => `booted.bin: made from another ${name}`));

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
else console.log(`${folder} is what its manifest says`);
