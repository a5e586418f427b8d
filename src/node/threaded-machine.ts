/** A machine in a worker thread: the processor is emulated there, so this thread answers at once. */
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import type { IdMapping } from '../guest/id-mapping.ts';
import { errorMessage } from '../lib/errors.ts';
import type { Machine } from '../vm/machine.ts';
import { PortMachine } from '../vm/port-machine.ts';
import { machinePort } from './machine-port.ts';

export interface MachineThreadData {
  readonly dataRoot: string;
  readonly memorySizeBytes: number;
  readonly ids?: IdMapping;
  readonly port: MessagePort;
}

export interface ThreadedMachineOptions {
  readonly dataRoot: string;
  readonly memorySizeBytes: number;
  readonly ids?: IdMapping;
  /** Called once when the thread ends without being asked to. */
  readonly onLost: (cause: string) => void;
}

export interface ThreadedMachine {
  /** Not started yet. */
  readonly machine: Machine;
  /** Ends the machine and its thread. */
  dispose(): void;
}

/** Resolves when the thread has loaded what the machine boots from; rejects with its reason when it cannot. */
export async function createThreadedMachine(
  options: ThreadedMachineOptions,
): Promise<ThreadedMachine> {
  const { dataRoot, memorySizeBytes, ids } = options;
  const { port1, port2 } = new MessageChannel();
  const workerData: MachineThreadData = {
    dataRoot,
    memorySizeBytes,
    ...(ids === undefined ? {} : { ids }),
    port: port2,
  };
  const worker = new Worker(new URL('./machine-thread.mjs', import.meta.url), {
    workerData,
    transferList: [port2],
  });
  await new Promise<void>((resolve, reject) => {
    worker.once('message', () => resolve());
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('The machine’s thread ended')));
  });
  let isOver = false;
  const lost = (cause: string): void => {
    if (isOver) return;
    isOver = true;
    options.onLost(cause);
  };
  worker.on('error', (error) => lost(errorMessage(error)));
  worker.on('exit', () => lost('its thread ended'));
  const machine = new PortMachine(machinePort(port1));
  return {
    machine,
    dispose() {
      isOver = true;
      machine.dispose();
      port1.close();
      void worker.terminate();
    },
  };
}
