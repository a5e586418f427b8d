/**
 * Plugs machines into a LAN of several: an interface of its own there, with an address that is the caller's choice. And
 * the gateway of one of them, whose way out is then that of all.
 */
import type { GuestGateway } from '../egress/guest-gateway.ts';
import type { Guest } from '../guest/guest.ts';
import type { SetupOperation, SetupStep } from '../guest/plan.ts';
import type { EthernetPort } from '../guest/sockets.ts';
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
  /** The address of the LAN's gateway, for its way out and its names instead of the machine's own gateway. */
  readonly gateway?: string;
}

/** Resolves when the interface is up. Disposing unplugs it, and the interface is gone. */
export async function joinLan(
  guest: Guest,
  lan: VirtualSwitch,
  options: LanOptions,
): Promise<Disposable> {
  const ethernet = await guest.openEthernet({ name: options.name });
  try {
    await guest.apply({ before: interfaceSteps(options) });
  } catch (error) {
    ethernet.dispose();
    throw error;
  }
  return plugIn(ethernet, lan);
}

export interface LanGatewayOptions {
  readonly macAddress: string;
  readonly address: string;
  readonly prefixLength?: number;
}

/** Puts a machine's gateway on the LAN, once that machine's network is ready. Disposing unplugs it. */
export async function plugGateway(
  gateway: Pick<GuestGateway, 'openLanCard'>,
  lan: VirtualSwitch,
  { prefixLength = 24, ...card }: LanGatewayOptions,
): Promise<Disposable> {
  return plugIn(await gateway.openLanCard({ ...card, prefixLength }), lan);
}

function plugIn(ethernet: EthernetPort, lan: VirtualSwitch): Disposable {
  const store = new DisposableStore();
  store.add(ethernet);
  try {
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

function interfaceSteps(options: LanOptions): SetupStep[] {
  const { name, macAddress, address, prefixLength = 24, gateway } = options;
  const operations: SetupOperation[] = [{ op: 'linkSet', name, mac: macAddress }];
  if (address !== undefined)
    operations.push({ op: 'addressAdd', link: name, address, prefixLength });
  operations.push({ op: 'linkSet', name, up: true });
  if (gateway !== undefined)
    operations.push(
      { op: 'routeAdd', destination: 'default', gateway },
      {
        op: 'writeFile',
        path: '/etc/resolv.conf',
        content: new TextEncoder().encode(`nameserver ${gateway}\n`),
        mode: 0o644,
      },
    );
  const cause = 'The machine’s place on a LAN with others';
  return operations.map((operation) => ({ operation, cause }));
}
