import { describe, expect, it } from 'vitest';
import { FakeGuest, fakeSetupError } from './fake-guest.ts';
import { SetupError } from './guest.ts';

const plan = {
  before: [],
  clone: { namespaces: [] },
  child: [{ operation: { op: 'exec', path: 'true', argv: ['true'], env: [] }, cause: 'test' }],
} as const;

describe('FakeGuest', () => {
  it('run() records the plan and connects the scripted process', async () => {
    const guest = new FakeGuest();
    guest.script = (process) => {
      process.print('hello');
      process.end(7);
    };
    const process = await guest.run(plan);
    expect(guest.plans).toEqual([plan]);
    expect(
      await new Response(process.stdout as ReadableStream<Uint8Array<ArrayBuffer>>).text(),
    ).toBe('hello');
    expect(await process.exit).toEqual({ code: 7 });
  });

  it('run() rejects with the setup error that the script throws', async () => {
    const guest = new FakeGuest();
    guest.script = () => {
      throw fakeSetupError({ errnoName: 'EACCES', path: '/x' });
    };
    const error: unknown = await guest.run(plan).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: 'system' });
    expect((error as Error).cause).toBeInstanceOf(SetupError);
  });

  it('signal() ends a process unless the script decides otherwise', async () => {
    const guest = new FakeGuest();
    const process = await guest.run(plan);
    await guest.signal(process.pid, 9);
    expect(await process.exit).toEqual({ code: 137, signal: 9 });
    await expect(guest.signal(process.pid, 9)).rejects.toMatchObject({ kind: 'notFound' });
  });
});
