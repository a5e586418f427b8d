import { expect, test } from 'vitest';
import { deferred } from '../guest/deferred.ts';
import type { ExitStatus, GuestProcess } from '../guest/guest.ts';
import { SetupOrder } from './setup-order.ts';

/** An agent to be heard of, a set-up that is recorded, and a shell that prints when told to. */
function scene() {
  const agent = deferred<void>();
  const done: string[] = [];
  const order = new SetupOrder(agent.promise, async () => void done.push('set-up'));
  const exit = deferred<ExitStatus>();
  const output = new TransformStream<Uint8Array, Uint8Array>();
  const shell = {
    pid: 2,
    stdin: new WritableStream<Uint8Array>(),
    stdout: output.readable,
    stderr: new ReadableStream<Uint8Array>(),
    exit: exit.promise,
    trace: [],
    resize: async () => undefined,
    signal: async () => undefined,
  } satisfies GuestProcess;
  const open = async (): Promise<GuestProcess> => {
    done.push('shell');
    return shell;
  };
  return { agent, done, order, exit, open, printer: output.writable.getWriter() };
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

test('SetupOrder lets the shell print before it sets the machine up', async () => {
  const { agent, done, order, open, printer } = scene();
  const opening = order.shell(open);
  await turn();
  expect(done).toEqual([]);
  agent.resolve();
  const reader = (await opening).stdout.getReader();
  await turn();
  expect(done).toEqual(['shell']);
  void printer.write(Uint8Array.of(36));
  expect((await reader.read()).value).toEqual(Uint8Array.of(36));
  await order.shellReady;
  await order.ready;
  expect(done).toEqual(['shell', 'set-up']);
});

test('SetupOrder lets a shell come first that is asked for as the agent is heard', async () => {
  const { agent, done, order, open } = scene();
  agent.resolve();
  await agent.promise;
  await order.shell(open);
  await turn();
  expect(done).toEqual(['shell']);
});

test('SetupOrder sets up at once when nobody opened a shell', async () => {
  const { agent, done, order } = scene();
  agent.resolve();
  await Promise.all([order.ready, order.shellReady]);
  expect(done).toEqual(['set-up']);
});

test('demand() does not wait for a shell that says nothing', async () => {
  const { agent, done, order, open } = scene();
  agent.resolve();
  await order.shell(open);
  await order.demand();
  expect(done).toEqual(['shell', 'set-up']);
});

test('SetupOrder goes on after a shell that ends without a word or cannot be opened', async () => {
  const ended = scene();
  ended.agent.resolve();
  await ended.order.shell(ended.open);
  ended.exit.resolve({ code: 1 });
  await ended.order.ready;
  const refused = scene();
  refused.agent.resolve();
  const shell = refused.order.shell(() => Promise.reject(new Error('no pty left')));
  await expect(shell).rejects.toThrow('no pty left');
  await refused.order.ready;
});

test('SetupOrder rejects when the agent never comes', async () => {
  const { agent, order, open } = scene();
  const shell = order.shell(open);
  agent.reject(new Error('Machine halted'));
  await expect(shell).rejects.toThrow('Machine halted');
  await expect(order.ready).rejects.toThrow('Machine halted');
  await expect(order.shellReady).rejects.toThrow('Machine halted');
});
