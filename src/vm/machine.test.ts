/** The rules of a Machine, held by the fake alone and by its proxy over a port. */
import { afterEach, describe, expect, test } from 'vitest';
import { errorKind } from '../lib/errors.ts';
import { FakeMachine } from './fake-machine.ts';
import type { FakeMachineOptions } from './fake-machine.ts';
import { frameMtuBytes, framePayload, makeFrame } from './frame.ts';
import type { Machine, MachineState } from './machine.ts';
import { PortMachine, serveMachine } from './port-machine.ts';
import { queuedBytesMax } from './transmit-queue.ts';

const ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

/** Longer than any hop between the two ends of a port. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 20);
  });
}

const variants: Record<string, (options?: FakeMachineOptions) => [FakeMachine, Machine]> = {
  FakeMachine: (options) => {
    const fake = new FakeMachine(options);
    return [fake, fake];
  },
  'PortMachine over MessagePort': (options) => {
    const fake = new FakeMachine(options);
    const { port1, port2 } = new MessageChannel();
    serveMachine(fake, port1);
    const machine = new PortMachine(port2);
    ports.push(port1, port2);
    return [fake, machine];
  },
};

describe.each(Object.entries(variants))('%s', (_name, make) => {
  test('onState() tells the state as it is, then booting, then running at the first frame', async () => {
    const [fake, machine] = make();
    const phases: string[] = [];
    machine.onState(({ phase }) => phases.push(phase));
    expect(phases).toEqual(['off']);
    await machine.start();
    await settled();
    fake.sendFromGuest(makeFrame(Uint8Array.of(1)));
    await settled();
    expect(phases.filter((phase, index) => phase !== phases[index - 1])).toEqual([
      'off',
      'booting',
      'running',
    ]);
  });

  test('start() of a machine that cannot start rejects and the state names the cause', async () => {
    const [, machine] = make({ failure: 'no processor' });
    const states: MachineState[] = [];
    machine.onState((state) => states.push(state));
    await expect(machine.start()).rejects.toThrow('Cannot start machine: no processor');
    await settled();
    expect(states.at(-1)).toEqual({ phase: 'failed', cause: 'no processor' });
  });

  test('channel carries frames both ways in order', async () => {
    const [fake, machine] = make();
    const received: number[] = [];
    machine.channel.onFrame((frame) => received.push(framePayload(frame)[0] ?? -1));
    await machine.start();
    for (let index = 0; index < 100; index++) fake.sendFromGuest(makeFrame(Uint8Array.of(index)));
    const sending = Array.from({ length: 100 }, (_, index) =>
      machine.channel.send(makeFrame(Uint8Array.of(index))),
    );
    await Promise.all(sending);
    await settled();
    const order = Array.from({ length: 100 }, (_, index) => index);
    expect(received).toEqual(order);
    expect(fake.received.map((frame) => framePayload(frame)[0])).toEqual(order);
  });

  test('send() waits until the guest spoke and posted a buffer, and loses nothing', async () => {
    const [fake, machine] = make({ bufferCount: 1 });
    await machine.start();
    let taken = 0;
    const sending = [1, 2, 3].map((value) =>
      machine.channel.send(makeFrame(Uint8Array.of(value))).then(() => (taken += 1)),
    );
    await settled();
    expect(taken).toBe(0);
    fake.sendFromGuest(makeFrame(Uint8Array.of(0)));
    await settled();
    expect(taken).toBe(1);
    fake.postBuffers(2);
    await Promise.all(sending);
    expect(fake.received.map((frame) => framePayload(frame)[0])).toEqual([1, 2, 3]);
  });

  test('send() refuses a frame above the maximum and a queue above its limit', async () => {
    const [, machine] = make();
    await machine.start();
    const tooLong = machine.channel.send(new Uint8Array(machine.channel.frameSizeMax + 1));
    await expect(tooLong).rejects.toMatchObject({ kind: 'invalidParameter' });
    const frame = makeFrame(new Uint8Array(frameMtuBytes));
    const count = Math.ceil(queuedBytesMax / frameMtuBytes) + 1;
    const sending = Array.from({ length: count }, () =>
      machine.channel.send(frame).catch((error: unknown) => errorKind(error)),
    );
    expect(await sending.at(-1)).toBe('resourceExhausted');
    machine.dispose();
    expect(await sending[0]).toBe('unavailable');
  });

  test('a machine that fails while running rejects what waits and stays failed', async () => {
    const [fake, machine] = make();
    const states: MachineState[] = [];
    machine.onState((state) => states.push(state));
    await machine.start();
    const sending = machine.channel.send(makeFrame(Uint8Array.of(1))).catch(errorKind);
    await settled();
    fake.fail('Kernel panic - not syncing: out of ships');
    fake.sendFromGuest(makeFrame(Uint8Array.of(1)));
    expect(await sending).toBe('unavailable');
    await settled();
    expect(states.at(-1)).toEqual({
      phase: 'failed',
      cause: 'Kernel panic - not syncing: out of ships',
    });
  });

  test('onConsole() gives the text until it is disposed', async () => {
    const [fake, machine] = make();
    let text = '';
    const subscription = machine.onConsole((chunk) => (text += chunk));
    fake.print('Linux ');
    fake.print('version');
    await settled();
    subscription.dispose();
    fake.print(' lost');
    await settled();
    expect(text).toBe('Linux version');
  });

  test('pause() and dispose() reach the machine', async () => {
    const [fake, machine] = make();
    await machine.start();
    await machine.pause();
    expect(fake.paused).toBe(true);
    machine.dispose();
    machine.dispose();
    await settled();
    expect(fake.disposed).toBe(true);
    await expect(machine.start()).rejects.toMatchObject({ kind: 'unavailable' });
  });
});
