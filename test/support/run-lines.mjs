/**
 * A small process that runs shell lines for another: asked over IPC, one answer a line. A process with a machine in it
 * is large, and making a child of it takes fifteen milliseconds a time.
 */
import { spawn } from 'node:child_process';

process.on('message', ({ id, line, options }) => {
  const child = spawn('bash', ['-c', line], { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'])
    child[name].setEncoding('utf8').on('data', (text) => (output[name] += text));
  child.on('error', (error) => process.send({ id, error: error.message }));
  child.on('close', (code) => process.send({ id, ...output, exitCode: code ?? -1 }));
});
