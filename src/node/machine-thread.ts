/** The worker thread of one machine: v86 and the 9p server beside each other; frames go over the thread's port. */
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { serveMachine } from '../vm/port-machine.ts';
import { openFileContentStore } from './file-content-store.ts';
import { openFileRecordStore } from './file-record-store.ts';
import { createLocalMachine } from './local-machine.ts';
import { machinePort } from './machine-port.ts';
import type { MachineThreadData } from './threaded-machine.ts';

const { dataRoot, memorySizeBytes, ids, port } = workerData as MachineThreadData;
const { machine } = await createLocalMachine({
  dataRoot,
  content: await openFileContentStore(dataRoot),
  records: openFileRecordStore(join(dataRoot, 'records')),
  memorySizeBytes,
  ...(ids === undefined ? {} : { ids }),
});
serveMachine(machine, machinePort(port));
parentPort?.postMessage('ready');
