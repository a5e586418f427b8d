/** Plugs a machine into a LAN of several: an interface of its own there, with an address that is the caller's choice. */
import type { Guest } from '../guest/guest.ts';
import type { SetupStep } from '../guest/plan.ts';
import { DisposableStore, type Disposable } from '../lib/disposable.ts';
import type { VirtualSwitch } from '../vm/virtual-switch.ts';

export interface LanOptions {
  /** `lan0` */
  readonly name: string;
  /** Its own among the machines of the LAN: locally administered, `02:…`. */
  readonly macAddress: string;
  /** Without it, only frames go in and out until somebody gives it one. */
  readonly address?: string;
  readonly prefixLength?: number;
}

/** Resolves when the interface is up. Disposing unplugs it, and the interface is gone. */
export async function joinLan(
  guest: Guest,
  lan: VirtualSwitch,
  options: LanOptions,
): Promise<Disposable> {
  const store = new DisposableStore();
  const ethernet = store.add(await guest.openEthernet({ name: options.name }));
  try {
    await guest.apply({ before: interfaceSteps(options) });
    const port = store.add(lan.attach({ deliver: (frame) => ethernet.send(frame) }));
    const sink = new WritableStream<Uint8Array>({ write: (frame) => port.receive(frame) });
    // It ends with the machine, however that ends.
    ethernet.readable.pipeTo(sink).then(
      () => store.dispose(),
      () => store.dispose(),
    );
    return store;
  } catch (error) {
    store.dispose();
    throw error;
  }
}

function interfaceSteps({ name, macAddress, address, prefixLength = 24 }: LanOptions): SetupStep[] {
  const cause = 'The machine’s place on a LAN with others';
  return [
    { operation: { op: 'linkSet', name, mac: macAddress }, cause },
    ...(address === undefined
      ? []
      : [{ operation: { op: 'addressAdd', link: name, address, prefixLength } as const, cause }]),
    { operation: { op: 'linkSet', name, up: true }, cause },
  ];
}
