import { describe, expect, it } from 'vitest';
import type { Duplex } from '../lib/duplex.ts';
import { parseAnswer, recordType, responseCode, writeQuery } from '../network/dns/message.ts';
import { parseEgressConfig } from './egress-config.ts';
import { EgressGateway, type EgressLogEntry } from './egress-gateway.ts';

/** A gateway over names that a test changes, with a peer that echoes. */
function scene(egress: Record<string, unknown>) {
  const config = parseEgressConfig(egress);
  if (config === undefined) throw new Error('egress is off');
  const names: Record<string, string[]> = {};
  const dialled: string[] = [];
  const log: EgressLogEntry[] = [];
  const delays: number[] = [];
  const gateway = new EgressGateway(config, {
    resolver: async (name) =>
      (names[name] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    dial: async (address, port) => {
      dialled.push(`${address}:${port}`);
      return new TransformStream<Uint8Array, Uint8Array>() satisfies Duplex;
    },
    dialDatagrams: async (address, port) => {
      dialled.push(`${address}:${port}/udp`);
      return new TransformStream<Uint8Array, Uint8Array>() satisfies Duplex;
    },
    log: (entry) => log.push(entry),
    now: () => 1000,
    delay: async (ms) => void delays.push(ms),
  });
  return { gateway, names, dialled, log, delays };
}

async function ask(session: ReturnType<EgressGateway['session']>, name: string, type = 1) {
  const answer = parseAnswer(await session.resolve(writeQuery({ id: 1, name, type })));
  const addresses = answer?.records.map((record) => ('address' in record ? record.address : ''));
  return { code: answer?.code, addresses };
}

describe('EgressGateway', () => {
  it('opens the addresses that a name’s answer told, at the rule’s ports, and no others', async () => {
    const { gateway, names, dialled } = scene({ allow: ['*.example.org:443'] });
    names['a.example.org'] = ['93.184.216.34'];
    const session = gateway.session('c');
    const early = session.connect({ host: '93.184.216.34', port: 443 });
    await expect(early).rejects.toMatchObject({ kind: 'forbidden' });
    expect(await ask(session, 'A.example.org')).toEqual({ code: 0, addresses: ['93.184.216.34'] });
    await session.connect({ host: '93.184.216.34', port: 443 });
    await session.connect({ host: 'a.example.org', port: 443 });
    const other = session.connect({ host: '93.184.216.34', port: 22 });
    await expect(other).rejects.toMatchObject({ kind: 'forbidden' });
    const foreign = gateway.session('d').connect({ host: '93.184.216.34', port: 443 });
    await expect(foreign).rejects.toMatchObject({ kind: 'forbidden' });
    expect(dialled).toEqual(['93.184.216.34:443', '93.184.216.34:443']);
  });

  it('never connects to an address that is not public, whatever the name says later', async () => {
    const { gateway, names, dialled } = scene({ allow: ['*:1-65535', '0.0.0.0/0:1-65535'] });
    const session = gateway.session('c');
    names['rebind.example'] = ['93.184.216.34'];
    await ask(session, 'rebind.example');
    for (const address of ['127.0.0.1', '10.0.0.1', '169.254.169.254', '192.168.1.1']) {
      names['rebind.example'] = [address];
      expect((await ask(session, 'rebind.example')).addresses).toEqual([]);
      const named = session.connect({ host: 'rebind.example', port: 80 });
      await expect(named).rejects.toMatchObject({ kind: 'forbidden' });
      const direct = session.connect({ host: address, port: 80 });
      await expect(direct).rejects.toMatchObject({ kind: 'forbidden' });
    }
    await session.connect({ host: '93.184.216.34', port: 80 });
    expect(dialled).toEqual(['93.184.216.34:80']);
  });

  it('refuses every form of a private address, by whatever protocol', async () => {
    const { gateway, names, dialled } = scene({
      allow: ['*:1-65535', '0.0.0.0/0:1-65535', '[::/0]:1-65535'],
    });
    const session = gateway.session('c');
    for (const address of [
      '::ffff:10.0.0.1',
      '::ffff:a9fe:a9fe',
      '64:ff9b::169.254.169.254',
      '64:ff9b:1::a00:1',
      '2002:7f00:1::',
      '2002:a9fe:a9fe::1',
      'fd00:ec2::254',
      'fe80::1',
      '100.100.100.200',
      '0.0.0.0',
      '2130706433',
      '0x7f.1',
    ]) {
      names['rebind.example'] = [address];
      for (const host of [address, 'rebind.example', `[${address}]`])
        for (const open of [session.connect, session.openDatagrams])
          await expect(open({ host, port: 80 })).rejects.toThrow();
    }
    expect(dialled).toEqual([]);
  });

  it('gives a stand-in for the private address of a name that may have one', async () => {
    const { gateway, names, dialled } = scene({
      allow: ['test.local:8080', 'other.local'],
      allowPrivate: ['test.local'],
    });
    names['test.local'] = ['127.0.0.1'];
    names['other.local'] = ['127.0.0.1'];
    const session = gateway.session('c');
    expect((await ask(session, 'other.local')).addresses).toEqual([]);
    expect((await ask(session, 'test.local')).addresses).toEqual(['198.18.0.1']);
    await session.connect({ host: '198.18.0.1', port: 8080 });
    expect(dialled).toEqual(['127.0.0.1:8080']);
    const real = session.connect({ host: '127.0.0.1', port: 8080 });
    await expect(real).rejects.toMatchObject({ kind: 'forbidden' });
  });

  it('answers REFUSED for other names, NOERROR without records for other types', async () => {
    const { gateway, names } = scene({ allow: ['a.example'] });
    names['a.example'] = ['93.184.216.34', '2606:2800::1'];
    const session = gateway.session('c');
    expect((await ask(session, 'b.example')).code).toBe(responseCode.refused);
    expect(await ask(session, 'a.example', recordType.AAAA)).toEqual({ code: 0, addresses: [] });
    expect(await ask(session, 'a.example', 15)).toEqual({ code: 0, addresses: [] });
  });

  it('holds each client to its connections and logs without bodies', async () => {
    const { gateway, log } = scene({
      allow: ['1.1.1.0/24:80'],
      limits: { connectionsPerClientMax: 1 },
    });
    const session = gateway.session('c');
    const first = await session.connect({ host: '1.1.1.1', port: 80 });
    const second = session.connect({ host: '1.1.1.1', port: 80 });
    await expect(second).rejects.toMatchObject({ kind: 'resourceExhausted' });
    const writer = first.writable.getWriter();
    const reading = new Response(first.readable as ReadableStream<Uint8Array<ArrayBuffer>>).text();
    await writer.write(new TextEncoder().encode('hello'));
    await writer.close();
    expect(await reading).toBe('hello');
    await session.connect({ host: '1.1.1.1', port: 80 });
    expect(log).toMatchObject([
      { target: '1.1.1.1:80', error: 'Too many connections at once' },
      { client: 'c', target: '1.1.1.1:80', sentBytes: 5, receivedBytes: 5 },
    ]);
  });

  it('holds UDP to the same rules, places and log', async () => {
    const { gateway, dialled, log } = scene({
      allow: ['1.1.1.0/24:123', '10.0.0.0/8:1-65535'],
      limits: { connectionsPerClientMax: 1, datagramIdleMs: 20 },
    });
    const session = gateway.session('c');
    for (const target of [
      { host: '1.1.1.1', port: 53 },
      { host: '10.0.0.1', port: 123 },
      { host: 'other.example', port: 123 },
    ])
      await expect(session.openDatagrams(target)).rejects.toMatchObject({ kind: 'forbidden' });
    const flow = await session.openDatagrams({ host: '1.1.1.1', port: 123 });
    const second = session.connect({ host: '1.1.1.1', port: 123 });
    await expect(second).rejects.toMatchObject({ kind: 'resourceExhausted' });
    const writer = flow.writable.getWriter();
    writer.closed.catch(() => undefined);
    const reader = flow.readable.getReader();
    const answer = reader.read();
    await writer.write(Uint8Array.of(1, 2));
    expect((await answer).value).toEqual(Uint8Array.of(1, 2));
    expect(await reader.read()).toMatchObject({ done: true });
    expect(dialled).toEqual(['1.1.1.1:123/udp']);
    expect(log.at(-1)).toMatchObject({
      target: '1.1.1.1:123/udp',
      sentBytes: 2,
      receivedBytes: 2,
      error: 'Connection was silent for too long',
    });
  });

  it('makes a client wait beyond its rate and cuts it off beyond its bytes', async () => {
    const { gateway, delays } = scene({
      allow: ['1.1.1.1:80'],
      limits: { bytesPerSecondMax: 1000, bytesPerClientHourMax: 3000 },
    });
    const session = gateway.session('c');
    const { writable, readable } = await session.connect({ host: '1.1.1.1', port: 80 });
    void readable.pipeTo(new WritableStream()).catch(() => undefined);
    const writer = writable.getWriter();
    writer.closed.catch(() => undefined);
    await writer.write(new Uint8Array(1000));
    expect(delays[0]).toBe(750);
    await expect(writer.write(new Uint8Array(5000))).rejects.toMatchObject({
      kind: 'resourceExhausted',
    });
  });
});
