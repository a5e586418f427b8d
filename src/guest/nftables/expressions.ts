/**
 * What rules are made of: each expression is the words that nft(8) lists and the kernel's own expressions
 * (linux/netfilter/nf_tables.h), which compare values that they load into a register.
 */
import { addressBytes, parseAddress } from '../../lib/cidr.ts';
import { KindError } from '../../lib/errors.ts';
import {
  attribute,
  bigEndian,
  hostOrder,
  nested,
  numberAttribute,
  textAttribute,
} from './attributes.ts';

export interface Expression {
  /** As nft(8) lists it. */
  readonly text: string;
  /** Elements of NFTA_RULE_EXPRESSIONS. */
  readonly elements: readonly Uint8Array[];
}

/** NFT_REG_VERDICT and NFT_REG_1. */
const register = { verdict: 0, value: 1 } as const;
/** NFT_META_*. */
const metaKeys = { mark: 3, iifname: 6, oifname: 7, l4proto: 16 } as const;
const comparison = { equal: 0, different: 1 } as const;
/** NFT_PAYLOAD_*. */
const headers = { network: 1, transport: 2 } as const;
/** IPPROTO_*. */
const protocols = { icmp: 1, tcp: 6, udp: 17 } as const;
/** IFNAMSIZ. */
const interfaceNameSize = 16;
const acceptVerdict = 1;
/** NFT_CT_STATUS, and IPS_DST_NAT. */
const conntrack = { statusKey: 2, destinationChanged: 0x20 } as const;
/** NFT_REJECT_*, and ICMP_PKT_FILTERED. */
const rejection = { icmp: 0, tcpReset: 1, prohibited: 13 } as const;
/** NF_NAT_RANGE_PROTO_SPECIFIED. */
const portSpecified = 2;

export type TransportProtocol = 'tcp' | 'udp';

/** Packets that come in there. */
export function fromInterface(name: string): Expression {
  return ofInterface('iifname', name);
}

/** Packets that go out there. */
export function toInterface(name: string): Expression {
  return ofInterface('oifname', name);
}

export function ofProtocol(protocol: keyof typeof protocols): Expression {
  return {
    text: `meta l4proto ${protocol}`,
    elements: [loadMeta(metaKeys.l4proto), compare(bigEndian(protocols[protocol], 1))],
  };
}

/** Packets to a port of whatever address. */
export function toPort(protocol: TransportProtocol, port: number): Expression {
  return {
    text: `${protocol} dport ${port}`,
    elements: [
      ...ofProtocol(protocol).elements,
      loadPayload({ base: headers.transport, offset: 2, size: 2 }),
      compare(bigEndian(port, 2)),
    ],
  };
}

/** Packets to any IPv4 address but this. */
export function notTo(address: string): Expression {
  const parsed = parseAddress(address);
  if (parsed?.bits !== 32)
    throw new KindError('invalidParameter', `Not an IPv4 address: ${JSON.stringify(address)}`);
  return {
    text: `ip daddr != ${address}`,
    elements: [
      loadPayload({ base: headers.network, offset: 16, size: 4 }),
      compare(addressBytes(parsed), comparison.different),
    ],
  };
}

export function isPing(): Expression {
  const echoRequest = 8;
  return {
    text: 'icmp type echo-request',
    elements: [
      ...ofProtocol('icmp').elements,
      loadPayload({ base: headers.transport, offset: 0, size: 1 }),
      compare(bigEndian(echoRequest, 1)),
    ],
  };
}

/** Packets whose destination was another before a rule of ours changed it. */
export function wasRedirected(): Expression {
  const mask = hostOrder(conntrack.destinationChanged);
  const none = hostOrder(0);
  return {
    text: 'ct status dnat',
    elements: [
      element('ct', numberAttribute(1, register.value), numberAttribute(2, conntrack.statusKey)),
      element(
        'bitwise',
        numberAttribute(1, register.value),
        numberAttribute(2, register.value),
        numberAttribute(3, mask.length),
        data(4, mask),
        data(5, none),
      ),
      compare(none, comparison.different),
    ],
  };
}

export function setMark(mark: number): Expression {
  return {
    text: `meta mark set 0x${mark.toString(16).padStart(8, '0')}`,
    elements: [
      loadValue(hostOrder(mark)),
      element('meta', numberAttribute(2, metaKeys.mark), numberAttribute(3, register.value)),
    ],
  };
}

export function accept(): Expression {
  const verdict = nested(2, numberAttribute(1, acceptVerdict));
  return {
    text: 'accept',
    elements: [element('immediate', numberAttribute(1, register.verdict), nested(2, verdict))],
  };
}

/** To the machine itself, at this port. */
export function redirectTo(port: number): Expression {
  return {
    text: `redirect to :${port}`,
    elements: [
      loadValue(bigEndian(port, 2)),
      element('redir', numberAttribute(1, register.value), numberAttribute(3, portSpecified)),
    ],
  };
}

/** Answers a connection with a reset; other packets pass. */
export function resetConnection(): Expression {
  return {
    text: 'reject with tcp reset',
    elements: [
      ...ofProtocol('tcp').elements,
      element('reject', numberAttribute(1, rejection.tcpReset), attribute(2, Uint8Array.of(0))),
    ],
  };
}

/** The sender hears that the packet was filtered. */
export function prohibit(): Expression {
  return {
    text: 'reject with icmp admin-prohibited',
    elements: [
      element(
        'reject',
        numberAttribute(1, rejection.icmp),
        attribute(2, Uint8Array.of(rejection.prohibited)),
      ),
    ],
  };
}

function ofInterface(key: 'iifname' | 'oifname', name: string): Expression {
  const padded = new Uint8Array(interfaceNameSize);
  padded.set(new TextEncoder().encode(name).subarray(0, interfaceNameSize - 1));
  return { text: `${key} "${name}"`, elements: [loadMeta(metaKeys[key]), compare(padded)] };
}

function loadMeta(key: number): Uint8Array {
  return element('meta', numberAttribute(1, register.value), numberAttribute(2, key));
}

function loadPayload(place: { base: number; offset: number; size: number }): Uint8Array {
  return element(
    'payload',
    numberAttribute(1, register.value),
    numberAttribute(2, place.base),
    numberAttribute(3, place.offset),
    numberAttribute(4, place.size),
  );
}

function loadValue(value: Uint8Array): Uint8Array {
  return element('immediate', numberAttribute(1, register.value), data(2, value));
}

function compare(value: Uint8Array, how: number = comparison.equal): Uint8Array {
  return element(
    'cmp',
    numberAttribute(1, register.value),
    numberAttribute(2, how),
    data(3, value),
  );
}

function data(type: number, value: Uint8Array): Uint8Array {
  return nested(type, attribute(1, value));
}

/** One of the kernel's expressions with its attributes: NFTA_LIST_ELEM. */
function element(name: string, ...attributes: readonly Uint8Array[]): Uint8Array {
  return nested(1, textAttribute(1, name), nested(2, ...attributes));
}
