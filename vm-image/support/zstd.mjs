/** Compression with zstd(1), one thread, so that the same input gives the same output. */
import { spawn } from 'node:child_process';
import { recipeEnvironment } from './run.mjs';

/** `--ultra -22` gains nothing on files this small and costs the reader a larger window. */
export function compressZstd(bytes, { level = 19 } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn('zstd', ['-q', '-c', '-T1', '--no-check', `-${level}`], {
      env: recipeEnvironment(),
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.on('error', (cause) => reject(new Error('Cannot run "zstd"', { cause })));
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(chunks));
      else reject(new Error(`Cannot compress with zstd: exit code ${code}`));
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(bytes);
  });
}
