/** A table of nftables as a whole: as nft(8) lists it, and as the messages that put it into the kernel at once. */
import { joinBytes } from '../../lib/join-bytes.ts';
import { bigEndian, nested, netlinkMessage, numberAttribute, textAttribute } from './attributes.ts';
import type { Expression } from './expressions.ts';

export interface Table {
  /** Of family `ip`. */
  readonly name: string;
  readonly chains: readonly Chain[];
}

/** A chain that the kernel enters at its hook; what no rule decides is accepted. */
export interface Chain {
  readonly name: string;
  readonly type: 'filter' | 'nat';
  readonly hook: keyof typeof hooks;
  readonly priority: keyof typeof priorities;
  readonly rules: readonly Rule[];
}

export type Rule = readonly Expression[];

/** NF_INET_*, and NF_IP_PRI_* by nft's names. */
const hooks = { prerouting: 0, input: 1, forward: 2 } as const;
const priorities = { mangle: -150, dstnat: -100, filter: 0 } as const;

/** NFPROTO_IPV4 and NFNL_SUBSYS_NFTABLES. */
const ipv4Family = 2;
const subsystem = 10;
const batch = { begin: 0x10, end: 0x11 } as const;
const kinds = { newTable: 0, deleteTable: 2, newChain: 3, newRule: 6 } as const;
const flags = { request: 1, acknowledge: 4, create: 0x400, append: 0x800 } as const;

/** What `nft list table` prints. */
export function listTable({ name, chains }: Table): string {
  const lines = chains.map((chain) => {
    const { type, hook, priority } = chain;
    const head = `type ${type} hook ${hook} priority ${priority}; policy accept;`;
    const rules = chain.rules.map((rule) => rule.map(({ text }) => text).join(' '));
    return `\tchain ${chain.name} {\n${[head, ...rules].map((line) => `\t\t${line}\n`).join('')}\t}\n`;
  });
  return `table ip ${name} {\n${lines.join('\n')}}\n`;
}

/** Commands of nft that do what `tableBatch` does. */
export function replaceTable(table: Table): string {
  return `table ip ${table.name}; delete table ip ${table.name}; ${listTable(table)}`;
}

/**
 * Messages of NETLINK_NETFILTER that put the table in the place of whatever has its name: all of it or, when the kernel
 * refuses a part, nothing. The last one is acknowledged.
 */
export function tableBatch({ name, chains }: Table): Uint8Array {
  const table = textAttribute(1, name);
  const create = flags.request | flags.create;
  const messages: [type: number, flags: number, ...parts: Uint8Array[]][] = [
    // Made first, so that there is one to delete.
    [kinds.newTable, create, table],
    [kinds.deleteTable, flags.request, table],
    [kinds.newTable, create, table],
  ];
  for (const chain of chains) {
    messages.push([kinds.newChain, create, table, ...chainAttributes(chain)]);
    for (const rule of chain.rules)
      messages.push([kinds.newRule, create | flags.append, table, ...ruleAttributes(chain, rule)]);
  }
  const last = messages.at(-1);
  if (last !== undefined) last[1] |= flags.acknowledge;
  const bodies = messages.map(([kind, messageFlags, ...parts], index) =>
    netlinkMessage(
      { type: (subsystem << 8) | kind, flags: messageFlags, sequence: index + 1 },
      familyHeader(ipv4Family),
      ...parts,
    ),
  );
  const end = { flags: flags.request, sequence: messages.length + 1 };
  return joinBytes([
    netlinkMessage({ type: batch.begin, flags: flags.request, sequence: 0 }, batchHeader()),
    ...bodies,
    netlinkMessage({ type: batch.end, ...end }, batchHeader()),
  ]);
}

function chainAttributes({ name, type, hook, priority }: Chain): Uint8Array[] {
  const place = nested(
    4,
    numberAttribute(1, hooks[hook]),
    numberAttribute(2, priorities[priority]),
  );
  const acceptPolicy = numberAttribute(5, 1);
  return [textAttribute(3, name), place, acceptPolicy, textAttribute(7, type)];
}

function ruleAttributes({ name }: Chain, rule: Rule): Uint8Array[] {
  return [textAttribute(2, name), nested(4, ...rule.flatMap(({ elements }) => elements))];
}

/** struct nfgenmsg. */
function familyHeader(family: number, resource = 0): Uint8Array {
  return joinBytes([Uint8Array.of(family, 0), bigEndian(resource, 2)]);
}

function batchHeader(): Uint8Array {
  return familyHeader(0, subsystem);
}
