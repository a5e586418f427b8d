/** The fields of operations on interfaces, addresses and routes. */
import { addressBytes, parseAddress, parsePrefix } from '../lib/cidr.ts';
import { KindError } from '../lib/errors.ts';
import { tableBatch } from './nftables/table.ts';
import type { LinkMode, LinkOperation, SetupOperation } from './plan.ts';
import { field } from './protocol.ts';
import type { BodyWriter } from './wire.ts';

/** Bits of FIELD_FLAGS of linkSet and linkDelete. */
const linkFlags = { up: 1, down: 2, missingOk: 1 } as const;

/** MACVLAN_MODE_* and IPVLAN_MODE_* of linux/if_link.h. */
const linkModes: Readonly<Record<LinkMode, number>> = {
  private: 1,
  vepa: 2,
  bridge: 4,
  passthru: 8,
  l2: 0,
  l3: 1,
  l3s: 2,
};

const names: readonly string[] = [
  'linkAdd', 'linkSet', 'linkDelete', 'addressAdd', 'addressDelete', 'routeAdd', 'routeDelete', 'packetFilter',
]; // prettier-ignore

export function isLinkOperation(operation: SetupOperation): operation is LinkOperation {
  return names.includes(operation.op);
}

/** An address that is none is `invalidParameter`. */
export function encodeLinkFields(writer: BodyWriter, operation: LinkOperation): void {
  switch (operation.op) {
    case 'linkAdd': {
      const { name, kind, peer, parent, mode, id } = operation;
      writer.text(field.name, name).text(field.data, kind);
      if (peer !== undefined) writer.text(field.target, peer);
      if (parent !== undefined) writer.text(field.source, parent);
      if (mode !== undefined) writer.number(field.kind, linkModes[mode]);
      if (id !== undefined) writer.number(field.major, id);
      common(writer, operation);
      break;
    }
    case 'linkSet': {
      const { name, newName, master, netns, up } = operation;
      writer.text(field.name, name);
      if (newName !== undefined) writer.text(field.target, newName);
      if (master !== undefined) writer.text(field.source, master);
      if (netns !== undefined) writer.text(field.path, netns);
      if (up !== undefined) writer.number(field.flags, up ? linkFlags.up : linkFlags.down);
      common(writer, operation);
      break;
    }
    case 'linkDelete':
      writer.text(field.name, operation.name);
      if (operation.missingOk === true) writer.number(field.flags, linkFlags.missingOk);
      break;
    case 'addressAdd':
    case 'addressDelete':
      writer.text(field.name, operation.link).bytes(field.content, bytesOf(operation.address));
      writer.number(field.size, operation.prefixLength);
      break;
    case 'routeAdd':
    case 'routeDelete':
      encodeRoute(writer, operation);
      break;
    case 'packetFilter':
      writer.bytes(field.content, tableBatch(operation.table));
  }
}

function common(
  writer: BodyWriter,
  { mac, mtu }: { readonly mac?: string; readonly mtu?: number },
): void {
  if (mac !== undefined) writer.bytes(field.content, macBytes(mac));
  if (mtu !== undefined) writer.number(field.size, mtu);
}

function encodeRoute(
  writer: BodyWriter,
  {
    destination,
    gateway,
    link,
  }: { readonly destination: string; readonly gateway?: string; readonly link?: string },
): void {
  if (destination !== 'default') {
    const prefix = parsePrefix(destination);
    if (prefix === undefined) throw invalid(destination);
    writer.bytes(field.content, addressBytes(prefix)).number(field.size, prefix.length);
  }
  if (gateway !== undefined) writer.bytes(field.data, bytesOf(gateway));
  if (link !== undefined) writer.text(field.name, link);
}

function bytesOf(text: string): Uint8Array {
  const address = parseAddress(text);
  if (address === undefined) throw invalid(text);
  return addressBytes(address);
}

function macBytes(text: string): Uint8Array {
  if (!/^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i.test(text)) throw invalid(text);
  return Uint8Array.from(text.split(/[:-]/), (byte) => Number.parseInt(byte, 16));
}

function invalid(text: string): KindError {
  return new KindError('invalidParameter', `Not an address: ${JSON.stringify(text)}`);
}
