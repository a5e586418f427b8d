import { describe, expect, test } from 'vitest';
import {
  accept,
  fromInterface,
  notTo,
  redirectTo,
  resetConnection,
  toPort,
} from './expressions.ts';
import { listTable, tableBatch, type Table } from './table.ts';

const table: Table = {
  name: 'example',
  chains: [
    {
      name: 'before',
      type: 'nat',
      hook: 'prerouting',
      priority: 'dstnat',
      rules: [[fromInterface('gw0'), notTo('10.0.2.2'), toPort('udp', 53), redirectTo(5353)]],
    },
    {
      name: 'own',
      type: 'filter',
      hook: 'input',
      priority: 'filter',
      rules: [[fromInterface('lo'), accept()], [resetConnection()]],
    },
  ],
};

/** Type, flags and length of each message, by the lengths that they tell. */
function messages(bytes: Uint8Array): { type: number; flags: number; body: Uint8Array }[] {
  const found = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let place = 0; place < bytes.length;) {
    const length = view.getUint32(place, true);
    found.push({
      type: view.getUint16(place + 4, true),
      flags: view.getUint16(place + 6, true),
      body: bytes.subarray(place + 20, place + length),
    });
    place += length;
  }
  return found;
}

/** Attributes at the top of a body, and those of the nested one that is asked for. */
function attributes(body: Uint8Array): Map<number, Uint8Array> {
  const found = new Map<number, Uint8Array>();
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  for (let place = 0; place < body.length;) {
    const length = view.getUint16(place, true);
    found.set(view.getUint16(place + 2, true) & 0x7fff, body.subarray(place + 4, place + length));
    place += (length + 3) & ~3;
  }
  return found;
}

describe('a table', () => {
  test('is listed as nft does', () => {
    expect(listTable(table)).toBe(`table ip example {
\tchain before {
\t\ttype nat hook prerouting priority dstnat; policy accept;
\t\tiifname "gw0" ip daddr != 10.0.2.2 udp dport 53 redirect to :5353
\t}

\tchain own {
\t\ttype filter hook input priority filter; policy accept;
\t\tiifname "lo" accept
\t\treject with tcp reset
\t}
}
`);
  });

  test('is one batch, of which the last message before the end is acknowledged', () => {
    const all = messages(tableBatch(table));
    // Begin; table made, deleted, made; chain, rule, chain, rule, rule; end.
    expect(all.map(({ type }) => type)).toEqual([
      0x10, 0xa00, 0xa02, 0xa00, 0xa03, 0xa06, 0xa03, 0xa06, 0xa06, 0x11,
    ]);
    expect(all.map(({ flags }) => (flags & 4) !== 0).indexOf(true)).toBe(8);
  });

  test('has rules that name their table and chain, with the values in the order of networks', () => {
    const rule = messages(tableBatch(table)).find(({ type }) => type === 0xa06);
    const parts = attributes(rule?.body ?? new Uint8Array());
    expect(new TextDecoder().decode(parts.get(1))).toBe('example\0');
    expect(new TextDecoder().decode(parts.get(2))).toBe('before\0');
    const text = Buffer.from(parts.get(4) ?? []).toString('latin1');
    expect(text).toContain('gw0\0');
    expect(text).toContain('\x0a\0\x02\x02');
    expect(text).toContain('\0\x35');
    expect(text).toContain('\x14\xe9');
  });

  test('takes no address of IPv6', () => {
    expect(() => notTo('fd00::1')).toThrow('Not an IPv4 address: "fd00::1"');
  });
});
