import { describe, expect, it } from 'vitest';
import type { Network } from '../model.ts';
import type { EndpointView, Sandbox } from '../network-view.ts';
import { parseQuery, recordType, writeQuery } from './message.ts';
import { resolveName } from './resolve-name.ts';

function view(name: string, address: string, more: Partial<EndpointView> = {}): EndpointView {
  const network = { id: 'n1', name: 'Front' } as Network;
  return {
    network,
    endpoint: {
      id: name,
      networkId: 'n1',
      interfaceName: 'eth0',
      hostInterfaceName: '',
      macAddress: '',
      ipv4: { address, prefixLength: 16, gateway: '' },
    },
    userDefined: true,
    names: [name, `${name}id`, 'Service'],
    links: [],
    ...more,
  };
}

function sandbox(id: string, endpoints: readonly EndpointView[]): Sandbox {
  const base = { containerId: id, containerName: id, hostname: id, netnsPath: '', dnsServers: [] };
  return { ...base, id, embeddedDns: true, endpoints };
}

const web = sandbox('web', [
  view('web', '172.18.0.2', { links: [{ alias: 'database', name: 'db' }] }),
]);
const db = sandbox('db', [view('db', '172.18.0.3')]);
const alone = sandbox('alone', [
  view('alone', '172.19.0.2', { network: { id: 'n2', name: 'back' } as Network }),
]);
const sandboxes = [web, db, alone];

function ask(name: string, options: { type?: number; from?: Sandbox; turn?: number } = {}) {
  const { type = recordType.A, from = web, turn = 0 } = options;
  const query = parseQuery(writeQuery({ id: 1, name, type }));
  if (query === undefined) throw new Error('query is malformed');
  const answer = resolveName(query, { sandbox: from, sandboxes, turn });
  return answer?.records?.map((record) => ('address' in record ? record.address : record.target));
}

describe('resolveName()', () => {
  it('finds names, short IDs and names with the network’s, in any case', () => {
    for (const name of ['db', 'DB', 'dbid', 'db.front', 'Db.Front'])
      expect(ask(name)).toEqual(['172.18.0.3']);
  });

  it('gives all addresses of a shared alias, in turns', () => {
    expect(ask('service')).toEqual(['172.18.0.2', '172.18.0.3']);
    expect(ask('service', { turn: 1 })).toEqual(['172.18.0.3', '172.18.0.2']);
  });

  it('shows a link to its owner alone', () => {
    expect(ask('database')).toEqual(['172.18.0.3']);
    expect(ask('database', { from: db })).toBeUndefined();
  });

  it('knows nothing of networks that the asker is not on', () => {
    expect(ask('alone')).toBeUndefined();
    expect(ask('web', { from: alone })).toBeUndefined();
    const plain = sandbox('p', [view('p', '172.17.0.2', { userDefined: false })]);
    expect(ask('db', { from: plain })).toBeUndefined();
  });

  it('is empty for a kind of address that a name does not have', () => {
    expect(ask('db', { type: recordType.AAAA })).toEqual([]);
    expect(ask('db', { type: 15 })).toEqual([]);
  });

  it('leads addresses back to names', () => {
    expect(ask('3.0.18.172.in-addr.arpa', { type: recordType.PTR })).toEqual(['db.Front']);
    expect(ask('9.0.18.172.in-addr.arpa', { type: recordType.PTR })).toBeUndefined();
  });
});
