/** A MessagePort of Node as the machine's proxy wants one. */
import type { MessagePort } from 'node:worker_threads';
import type { MachinePort } from '../vm/port-machine.ts';

/** The port is open as soon as somebody listens. */
export function machinePort(port: MessagePort): MachinePort {
  return {
    postMessage: (message, transfer) => port.postMessage(message, transfer),
    addEventListener: (_type, listener) => void port.on('message', (data) => listener({ data })),
  };
}
