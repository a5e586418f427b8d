/**
 * Boots the machine of a `public/` folder and writes it down as its agent says hello: `capture.mjs OUTPUT SECONDS`, the
 * time since 1970 that its clock shows. The same bytes each time: see virtual-time.mjs.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { register } from 'tsx/esm/api';
import { makeTimeReal, makeTimeVirtual } from './virtual-time.mjs';
import { hashInputs } from './inputs.mjs';

const messages = ['/bin/dmesg', '--color=never'];

register();
const { createLocalMachine } = await import('../../src/node/local-machine.ts');
const { openFileContentStore } = await import('../../src/node/file-content-store.ts');
const { openFileRecordStore } = await import('../../src/node/file-record-store.ts');
const { AgentClient } = await import('../../src/guest/agent-client.ts');
const { bootedMemorySizeBytes: memorySizeBytes, encodeBootedMachine } =
  await import('../../src/guest/booted-machine.ts');

async function make(dataRoot, options) {
  return createLocalMachine({
    dataRoot,
    content: await openFileContentStore(dataRoot),
    records: openFileRecordStore(join(dataRoot, 'records')),
    memorySizeBytes,
    ...options,
  });
}

async function boot(dataRoot, startSeconds) {
  const { machine, ninep, disk } = await make(dataRoot, { bootsKernel: true, interpreted: true });
  machine.onState((state) => {
    if (state.phase === 'failed') throw new Error(`Cannot boot: ${state.cause}`);
  });
  const hello = new Promise((resolve) => machine.channel.onFrame(resolve));
  makeTimeVirtual(startSeconds * 1000);
  await machine.start();
  const frame = await hello;
  await machine.pause();
  const state = await machine.saveState();
  const files = ninep.save();
  makeTimeReal();
  for (const each of [machine, ninep, disk]) each.dispose();
  return { state, files, frame };
}

/** What the kernel said while it booted, from a machine that goes on from the state. */
async function readMessages(dataRoot, { state, files }) {
  const { machine, ninep, disk } = await make(dataRoot, { saved: { state, files } });
  const guest = new AgentClient(machine.channel, { resume: true });
  await machine.start();
  await guest.ready;
  const exec = { op: 'exec', path: messages[0], argv: messages, env: [] };
  const step = { operation: exec, cause: 'Read what the kernel said' };
  const plan = { before: [], clone: { namespaces: [] }, child: [step] };
  const stdio = { stdin: false, stdout: true, stderr: false };
  const process = await guest.run(plan, { stdio });
  const [text, { code }] = await Promise.all([new Response(process.stdout).text(), process.exit]);
  for (const each of [machine, ninep, disk]) each.dispose();
  if (code !== 0 || !text.includes('Linux version')) throw new Error('Cannot read dmesg');
  return text;
}

const [, , output, seconds] = process.argv;
const dataRoot = await mkdtemp(join(tmpdir(), 'bottleship-booted-'));
try {
  const booted = await boot(dataRoot, Number(seconds));
  const console = await readMessages(dataRoot, booted);
  const { state, files, frame } = booted;
  const bytes = encodeBootedMachine({
    memorySizeBytes,
    state: { bytes: state, frames: [frame], console },
    files,
    madeFrom: await hashInputs(),
  });
  await writeFile(output, bytes);
} finally {
  await rm(dataRoot, { recursive: true, force: true });
}
process.exit();
